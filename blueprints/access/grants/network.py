"""Networks. EC2 makes up every id, so that there is no prefix to ask for: what is granted ends at the account."""

from __future__ import annotations

from blueprints.access.grants.functions import GRANTS as FUNCTIONS
from blueprints.access.grants.grant import Grant, passed_to

PASSED_TO: tuple[str, ...] = ("vpc-flow-logs.amazonaws.com",)

_READS = Grant(
    "NetworkReads",
    (
        "ec2:DescribeAccountAttributes",
        "ec2:DescribeAddresses",
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeFlowLogs",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribePrefixLists",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
    ),
    ("*",),
)
_TAGS = ("ec2:CreateTags", "ec2:DeleteTags")
_VPC = "ec2:*:{account}:vpc/*"
_SUBNETS = "ec2:*:{account}:subnet/*"
_TABLES = "ec2:*:{account}:route-table/*"
_LISTS = "ec2:*:{account}:network-acl/*"
_GROUPS = "ec2:*:{account}:security-group/*"
_GATEWAYS = "ec2:*:{account}:internet-gateway/*"
_NATS = "ec2:*:{account}:natgateway/*"
_ADDRESSES = "ec2:*:{account}:elastic-ip/*"

_VPCS = Grant("Networks", (*_TAGS, "ec2:CreateVpc", "ec2:DeleteVpc", "ec2:ModifyVpcAttribute"), (_VPC,))
_SUBNET = Grant(
    "Subnets",
    (*_TAGS, "ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:ModifySubnetAttribute"),
    (_SUBNETS, _VPC),
)
_ROUTES = Grant(
    "Routes",
    (
        *_TAGS,
        "ec2:AssociateRouteTable",
        "ec2:CreateRoute",
        "ec2:CreateRouteTable",
        "ec2:DeleteRoute",
        "ec2:DeleteRouteTable",
        "ec2:DisassociateRouteTable",
        "ec2:ReplaceRoute",
        "ec2:ReplaceRouteTableAssociation",
    ),
    (_TABLES, _SUBNETS, _VPC),
)
_ACCESS_LISTS = Grant(
    "AccessLists",
    (
        *_TAGS,
        "ec2:CreateNetworkAcl",
        "ec2:CreateNetworkAclEntry",
        "ec2:DeleteNetworkAcl",
        "ec2:DeleteNetworkAclEntry",
        "ec2:ReplaceNetworkAclAssociation",
        "ec2:ReplaceNetworkAclEntry",
    ),
    (_LISTS, _SUBNETS, _VPC),
)
_SECURITY_GROUPS = Grant(
    "SecurityGroups",
    (
        *_TAGS,
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateSecurityGroup",
        "ec2:DeleteSecurityGroup",
        "ec2:ModifySecurityGroupRules",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ),
    (_GROUPS, "ec2:*:{account}:security-group-rule/*", _VPC),
)
_INTERNET = Grant(
    "InternetGateways",
    (
        *_TAGS,
        "ec2:AttachInternetGateway",
        "ec2:CreateInternetGateway",
        "ec2:DeleteInternetGateway",
        "ec2:DetachInternetGateway",
    ),
    (_GATEWAYS, _VPC),
)
_NAT = Grant(
    "NatGateways",
    (
        *_TAGS,
        "ec2:AllocateAddress",
        "ec2:AssociateAddress",
        "ec2:CreateNatGateway",
        "ec2:DeleteNatGateway",
        "ec2:DisassociateAddress",
        "ec2:ReleaseAddress",
    ),
    (_NATS, _ADDRESSES, _SUBNETS, "ec2:*:{account}:network-interface/*"),
)
_ENDPOINTS = Grant(
    "Endpoints",
    (*_TAGS, "ec2:CreateVpcEndpoint", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
    ("ec2:*:{account}:vpc-endpoint/*", _VPC, _SUBNETS, _TABLES, _GROUPS),
)
# The name of an endpoint resolves in a zone that EC2 makes beside it, in the name of whoever asks.
_ENDPOINT_NAMES = Grant("EndpointNames", ("route53:AssociateVPCWithHostedZone",), ("route53:::hostedzone/*",))
_FLOW_LOGS = Grant(
    "FlowLogs",
    (*_TAGS, "ec2:CreateFlowLogs", "ec2:DeleteFlowLogs"),
    ("ec2:*:{account}:vpc-flow-log/*", _VPC),
)
# What CloudFormation does with a log group, where functions have theirs, and where networks and services have.
_LOG_GROUPS = Grant(
    "LogGroupsOfNetworksAndServices",
    FUNCTIONS["AWS::Logs::LogGroup"][0].actions,
    ("logs:*:{account}:log-group:/aws/vendedlogs/network/{p}*", "logs:*:{account}:log-group:/aws/ecs/{p}/*"),
)

GRANTS: dict[str, tuple[Grant, ...]] = {
    "AWS::EC2::EIP": (_READS, _NAT),
    "AWS::EC2::FlowLog": (_READS, _FLOW_LOGS, _LOG_GROUPS, passed_to("RolesForFlowLogs", *PASSED_TO)),
    "AWS::EC2::InternetGateway": (_READS, _INTERNET),
    "AWS::EC2::NatGateway": (_READS, _NAT),
    "AWS::EC2::NetworkAcl": (_READS, _ACCESS_LISTS),
    "AWS::EC2::NetworkAclEntry": (_READS, _ACCESS_LISTS),
    "AWS::EC2::Route": (_READS, _ROUTES),
    "AWS::EC2::RouteTable": (_READS, _ROUTES),
    "AWS::EC2::SecurityGroup": (_READS, _SECURITY_GROUPS),
    "AWS::EC2::SecurityGroupEgress": (_READS, _SECURITY_GROUPS),
    "AWS::EC2::SecurityGroupIngress": (_READS, _SECURITY_GROUPS),
    "AWS::EC2::Subnet": (_READS, _SUBNET),
    "AWS::EC2::SubnetNetworkAclAssociation": (_READS, _ACCESS_LISTS),
    "AWS::EC2::SubnetRouteTableAssociation": (_READS, _ROUTES),
    "AWS::EC2::VPC": (_READS, _VPCS),
    "AWS::EC2::VPCEndpoint": (_READS, _ENDPOINTS, _ENDPOINT_NAMES),
    "AWS::EC2::VPCGatewayAttachment": (_READS, _INTERNET),
}
