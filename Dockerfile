# syntax=docker/dockerfile:1
# Build:  docker build -t orchestrator .
# Run:    docker run --rm -v "$PWD:/work" -e AWS_REGION -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN orchestrator plan
ARG PYTHON=3.13.1-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
RUN python -m venv /opt/orchestrator
COPY requirements/runtime.lock requirements/
RUN /opt/orchestrator/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.lock
# The build backend is not part of what runs: it stays in this stage.
COPY requirements/build.lock requirements/
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements/build.lock
COPY pyproject.toml README.md LICENSE ./
COPY orchestrator orchestrator
COPY blueprints blueprints
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
    && /opt/orchestrator/bin/pip install --no-cache-dir --no-deps /dist/*.whl \
    && /opt/orchestrator/bin/pip uninstall --yes pip

FROM python:${PYTHON}
RUN useradd --create-home --uid 10001 orchestrator
COPY --from=build /opt/orchestrator /opt/orchestrator
ENV PATH=/opt/orchestrator/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER orchestrator
WORKDIR /work
ENTRYPOINT ["orchestrator"]
CMD ["--help"]
