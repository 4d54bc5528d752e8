"""The clients of the embedded lane: whose credentials, how many attempts, and where to."""

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tap.local_aws.clients import Clients
from tap.local_aws.endpoint import EndpointError

VPC = b"<CreateVpcResponse><vpc><vpcId>vpc-1</vpcId></vpc></CreateVpcResponse>"
VPCS = b"<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>"

CREATIONS = [
    ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16"}),
    ("ec2", "create_nat_gateway", {"SubnetId": "subnet-1"}),
    ("ec2", "allocate_address", {}),
    ("ec2", "run_instances", {"MinCount": 1, "MaxCount": 1}),
    ("s3", "create_bucket", {"Bucket": "some-bucket"}),
    ("s3", "put_object", {"Bucket": "some-bucket", "Key": "k", "Body": b"x"}),
    ("kms", "create_key", {}),
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}),
    ("logs", "create_log_group", {"logGroupName": "g"}),
    ("sns", "create_topic", {"Name": "t"}),
    ("cloudwatch", "put_dashboard", {"DashboardName": "d", "DashboardBody": "{}"}),
]


def cut(handler):
    """No answer: the connection is closed after the request has been read."""
    handler.close_connection = True


def cut_within(handler):
    """Half an answer."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<Half")
    handler.close_connection = True


def answer(status, body, headers=()):
    def apply(handler):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return apply


def refused(code):
    return answer(
        503, f"<Response><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors></Response>".encode()
    )


class Emulator(ThreadingHTTPServer):
    """Gives the answers it was told to in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = [], []
        self.endpoint = f"http://127.0.0.1:{self.server_port}"

    def will(self, *answers):
        self.answers, self.asked = answers, []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1](self)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = handle_any  # noqa: N815  - http.server's names

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def clients(emulator):
    clients = Clients(emulator.endpoint, "us-east-1")
    yield clients
    clients.close()


@pytest.fixture(autouse=True)
def no_waits(monkeypatch):
    """Waits between attempts take no time."""
    monkeypatch.setattr(time, "sleep", lambda _: None)


@pytest.mark.parametrize("lost", [cut, cut_within, answer(500, b""), answer(503, b"")])
@pytest.mark.parametrize(("service", "operation", "arguments"), CREATIONS)
def test_a_creation_whose_answer_is_lost_is_sent_once(emulator, clients, service, operation, arguments, lost):
    emulator.will(lost)
    with pytest.raises((BotoCoreError, ClientError)):
        getattr(clients.client(service), operation)(**arguments)

    assert len(emulator.asked) == 1


@pytest.mark.parametrize("lost", [cut, answer(500, b""), answer(503, b""), refused("RequestLimitExceeded")])
def test_a_reading_whose_answer_is_lost_is_tried_again(emulator, clients, lost):
    emulator.will(lost, lost, answer(200, VPCS))
    vpcs = clients.client("ec2").describe_vpcs()["Vpcs"]

    assert vpcs == []
    assert len(emulator.asked) == 3


def test_a_reading_is_not_tried_for_ever(emulator, clients):
    emulator.will(cut)
    with pytest.raises(BotoCoreError):
        clients.client("ec2").describe_vpcs()

    assert len(emulator.asked) == 3


def test_a_creation_refused_for_its_rate_is_tried_again(emulator, clients):
    emulator.will(refused("RequestLimitExceeded"), answer(200, VPC))
    vpc = clients.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    assert vpc == "vpc-1"
    assert len(emulator.asked) == 2


@pytest.mark.parametrize(("refusals", "sent"), [(11, 12), (100, 12)])
def test_what_is_refused_for_its_rate_is_tried_a_dozen_times(emulator, clients, refusals, sent):
    emulator.will(*[refused("RequestLimitExceeded")] * refusals, answer(200, VPC))
    succeeded = True
    try:
        clients.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    except ClientError as error:
        succeeded = error.response["Error"]["Code"] != "RequestLimitExceeded"

    assert (succeeded, len(emulator.asked)) == (refusals < sent, sent)


def test_a_creation_refused_for_another_reason_is_sent_once(emulator, clients):
    emulator.will(refused("InternalError"))
    with pytest.raises(ClientError, match="InternalError"):
        clients.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")

    assert len(emulator.asked) == 1


def test_nothing_of_the_user_takes_part(emulator, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text(
        "[default]\nregion = eu-north-1\nendpoint_url = http://192.0.2.1\ns3 =\n  addressing_style = virtual\n"
        "[profile production]\nrole_arn = arn:aws:iam::111111111111:role/real\nsource_profile = production\n"
    )
    credentials = tmp_path / "credentials"
    credentials.write_text("[production]\naws_access_key_id = AKIAREALREALREALREAL\naws_secret_access_key = real\n")
    hostile = {
        "AWS_PROFILE": "does-not-exist",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real-token",
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ENDPOINT_URL": "http://192.0.2.1",
        "AWS_ENDPOINT_URL_S3": "http://192.0.2.1",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "AWS_MAX_ATTEMPTS": "9",
        "AWS_RETRY_MODE": "adaptive",
        "AWS_DEFAULTS_MODE": "auto",
        "HTTP_PROXY": "http://192.0.2.1",
        "http_proxy": "http://192.0.2.1",
        "ALL_PROXY": "http://192.0.2.1",
    }
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    emulator.will(answer(200, b""))
    clients = Clients(emulator.endpoint, "us-east-1")
    clients.client("s3").head_bucket(Bucket="some-bucket")
    clients.close()

    ((_, path, headers),) = emulator.asked
    assert path == "/some-bucket"
    assert "Credential=test/" in headers["Authorization"]
    assert "/us-east-1/s3/" in headers["Authorization"]
    assert "X-Amz-Security-Token" not in headers
    assert "tap" in headers["User-Agent"].split()


def test_an_access_key_of_twelve_digits_is_the_account(embedded_aws):
    clients = Clients(embedded_aws.endpoint, "us-east-1", access_key_id="210987654321")
    account = clients.client("sts").get_caller_identity()["Account"]
    clients.close()

    assert account == "210987654321"


def test_an_endpoint_elsewhere_is_refused_before_anything_is_made():
    with pytest.raises(EndpointError, match="amazonaws"):
        Clients("https://ec2.us-east-1.amazonaws.com", "us-east-1")


def test_a_request_led_elsewhere_is_refused_before_it_leaves():
    def lead_elsewhere(request, **_):
        request.url = "http://192.0.2.1/"

    clients = Clients("http://127.0.0.1:1", "us-east-1")
    sts = clients.client("sts")
    sts.meta.events.register("before-sign", lead_elsewhere)
    with pytest.raises(EndpointError, match=r"192\.0\.2\.1"):
        sts.get_caller_identity()

    clients.close()


def test_a_redirect_to_another_region_of_aws_is_not_followed(emulator, clients):
    region = [("x-amz-bucket-region", "eu-west-1")]
    emulator.will(answer(301, b"<Error><Code>PermanentRedirect</Code></Error>", region))
    with pytest.raises((ClientError, EndpointError)):
        clients.client("s3").get_object(Bucket="bucket-elsewhere", Key="k")

    assert {path for _, path, _ in emulator.asked} <= {"/bucket-elsewhere/k", "/bucket-elsewhere"}


def test_a_redirect_to_another_host_is_not_followed(emulator, clients):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        location = f"http://127.0.0.1:{other.getsockname()[1]}/"
        emulator.will(answer(302, b"<Response/>", [("Location", location)]))
        with pytest.raises(ClientError):
            clients.client("ec2").describe_vpcs()
        with pytest.raises(TimeoutError):
            other.accept()

    assert len(emulator.asked) == 1


def test_there_is_one_client_per_service_and_region():
    clients = Clients("http://127.0.0.1:1", "us-east-1")
    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(lambda _: clients.client("sts"), range(32)))
    other = clients.client("sts", "eu-west-1")
    clients.close()

    assert len(made) == 1
    assert other not in made
    assert other.meta.region_name == "eu-west-1"


def test_warming_makes_the_clients_that_are_asked_for_later(monkeypatch):
    clients = Clients("http://127.0.0.1:1", "us-east-1")
    clients.warm(["sts", "sns"]).join(timeout=30)
    made_late = []
    monkeypatch.setattr(botocore.session.Session, "create_client", lambda *_, **__: made_late.append(1))
    names = [clients.client(service).meta.service_model.service_name for service in ("sts", "sns")]
    clients.close()

    assert names == ["sts", "sns"]
    assert made_late == []


def test_the_clients_need_no_boto3():
    program = "import sys, tap.local_aws.clients; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()

    assert {"boto3", "moto", "flask"}.isdisjoint(loaded)
