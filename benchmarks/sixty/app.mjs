// Ten queue workers of six resources each, for the CDK: the same as sixty.py.
import { App, Duration, Stack, aws_cloudwatch as cloudwatch, aws_dynamodb as dynamodb, aws_iam as iam,
  aws_lambda as lambda, aws_logs as logs, aws_sqs as sqs } from "aws-cdk-lib";

const stack = new Stack(new App({ analyticsReporting: false }), "Sixty");
for (let number = 0; number < 10; number++) {
  const title = `Worker${number}`;
  const queue = new sqs.CfnQueue(stack, `${title}Queue`, { visibilityTimeout: 60 });
  const table = new dynamodb.CfnTable(stack, `${title}Table`, {
    billingMode: "PAY_PER_REQUEST",
    attributeDefinitions: [{ attributeName: "pk", attributeType: "S" }],
    keySchema: [{ attributeName: "pk", keyType: "HASH" }],
  });
  const role = new iam.CfnRole(stack, `${title}Role`, {
    assumeRolePolicyDocument: { Version: "2012-10-17", Statement: [
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }] },
    policies: [{ policyName: "work", policyDocument: { Version: "2012-10-17", Statement: [
      { Effect: "Allow", Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource: queue.attrArn },
      { Effect: "Allow", Action: ["dynamodb:PutItem", "dynamodb:GetItem"], Resource: table.attrArn }] } }],
  });
  const name = `sample-production-worker${number}`;
  new logs.CfnLogGroup(stack, `${title}Logs`, { logGroupName: `/aws/lambda/${name}`, retentionInDays: 30 });
  const worker = new lambda.CfnFunction(stack, `${title}Function`, {
    functionName: name, runtime: "python3.13", handler: "index.handler", role: role.attrArn,
    code: { zipFile: "def handler(event, context):\n    return event\n" },
  });
  new cloudwatch.CfnAlarm(stack, `${title}Errors`, {
    namespace: "AWS/Lambda", metricName: "Errors", statistic: "Sum", period: Duration.minutes(1).toSeconds(),
    dimensions: [{ name: "FunctionName", value: worker.ref }], evaluationPeriods: 1, threshold: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold", treatMissingData: "notBreaching",
  });
}
