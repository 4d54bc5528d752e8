"""The one resource type of the small programs beside it."""

import pulumi


class Thing(pulumi.CustomResource):
    def __init__(self, name, props=None, opts=None):
        super().__init__("fake:index:Thing", name, props or {}, opts)
