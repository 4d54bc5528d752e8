"""The files of a Pulumi project: Pulumi.yaml and Pulumi.<stack>.yaml."""
