"""The actions by which a service of AWS sets up the delivery of its own logs. They know no resources.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
"""

LOG_DELIVERY_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
