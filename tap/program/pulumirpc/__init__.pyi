from pulumi.runtime.proto import alias_pb2 as alias_pb2
from pulumi.runtime.proto import analyzer_pb2 as analyzer_pb2
from pulumi.runtime.proto import callback_pb2 as callback_pb2
from pulumi.runtime.proto import engine_pb2 as engine_pb2
from pulumi.runtime.proto import resource_pb2 as resource_pb2
from pulumi.runtime.proto import source_pb2 as source_pb2
