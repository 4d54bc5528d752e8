"""What pulumi_aws sends beyond plain pulumi: its provider's config, versions, aliases, plain and output invokes."""

import pulumi
import pulumi_aws as aws

here = aws.get_region()
provider = aws.Provider(
    "local",
    region="eu-west-1",
    skip_credentials_validation=True,
    default_tags=aws.ProviderDefaultTagsArgs(tags={"team": "tap"}),
)
options = pulumi.ResourceOptions(provider=provider)
vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, opts=options)
aws.s3.Bucket("bucket", opts=options)
aws.ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block="10.0.0.0/24", opts=options)
known = aws.ec2.Vpc.get("known", "vpc-123")
pulumi.export("region", here.region)
pulumi.export("account", aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider)).account_id)
