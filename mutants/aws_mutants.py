"""Bugs at the edge to AWS: what is called, how often, where, and with whose credentials."""

from __future__ import annotations

from typing import Final

from mutants.mutant import Mutant

_LOOPBACK: Final = "invariant 6: nothing connects to anything but loopback"
_USER: Final = "invariant 6: nothing of the user's AWS settings takes part"
_NOTHING_LOST: Final = "nothing is lost: the cloud holds what the state says"
_AWS: Final = "it does what the real provider does"

_LOST_ANSWER: Final = (
    "tests/faults/test_lost_answers.py::test_a_creation_whose_answer_is_lost_is_made_once"
    "[aws:ec2/vpc:Vpc-closed, applied]"
)
_CLIENTS: Final = "tests/local_aws/test_clients.py"

AWS: Final[tuple[Mutant, ...]] = (
    Mutant(
        "creations-sent-again-by-the-sdk",
        "tap/local_aws/clients.py",
        "        if not may_try_again(operation.name, error_code):\n            return None\n",
        "",
        "a lost answer makes a second resource",
        _NOTHING_LOST,
        (_CLIENTS,),
    ),
    Mutant(
        "mark-not-put-on",
        "tap/aws/creation.py",
        '        return {**self.want, "tags": {**self.want.get("tags", {}), MARK_KEY: self.mark.text}}\n',
        "        return self.want\n",
        "what a lost call has made can not be told from anything else, and stays for ever",
        _NOTHING_LOST,
        (_LOST_ANSWER,),
    ),
    Mutant(
        "creation-repeated-without-a-look",
        "tap/aws/creation.py",
        "                if (found := self._find_after(error)) is not None:\n                    return found[0]\n",
        "",
        "a lost answer makes a second resource",
        _NOTHING_LOST,
        ("tests/faults/test_lost_answers.py::test_what_a_lost_call_made_is_looked_for_before_anything_is_sent_again",),
    ),
    Mutant(
        "half-an-answer-believed",
        "tap/local_aws/clients.py",
        '        client.meta.events.register("before-parse", _refuse_half_an_answer)\n',
        "",
        "a creation whose answer was cut is taken for one without an id",
        _NOTHING_LOST,
        (_CLIENTS,),
    ),
    Mutant(
        "endpoint-elsewhere-accepted",
        "tap/local_aws/endpoint.py",
        "    elif not is_loopback_address(host):\n",
        "    elif False:\n",
        "the local lane changes somebody's real account",
        _LOOPBACK,
        ("tests/local_aws/test_endpoint.py",),
    ),
    Mutant(
        "request-led-elsewhere-sent",
        "tap/local_aws/clients.py",
        '        client.meta.events.register_last("before-send", _refuse_elsewhere)\n',
        "",
        "a redirect takes a request, and what it carries, off this machine",
        _LOOPBACK,
        (_CLIENTS,),
    ),
    Mutant(
        "embedded-aws-open-to-the-network",
        "tap/local_aws/process.py",
        '        listener.bind(("127.0.0.1", port))\n',
        '        listener.bind(("", port))\n',
        "everybody in the same network reads and changes the stack",
        _LOOPBACK,
        ("tests/local_aws/test_control.py",),
    ),
    Mutant(
        "proxy-of-the-user-used",
        "tap/local_aws/clients.py",
        "    proxies={},  # not None: that would take HTTP_PROXY from the environment\n",
        "",
        "requests, with all that they carry, go through the user's proxy",
        _LOOPBACK,
        (_CLIENTS,),
    ),
    Mutant(
        "profile-of-the-user-read",
        "tap/local_aws/clients.py",
        "        name: (key, None, default, conversion)\n        for name, (key, _, default, conversion) in",
        "        name: (key, variable, default, conversion)\n        for name, (key, variable, default, conversion) in",
        "the user's profile, region and endpoints decide where things are made",
        _USER,
        (_CLIENTS,),
    ),
    Mutant(
        "program-gets-the-user-s-credentials",
        "tap/program/environment.py",
        '_REMOVED_PREFIXES: Final = ("AWS_", "BOTO_")\n',
        '_REMOVED_PREFIXES: Final = ("BOTO_",)\n',
        "a boto3 call in the program changes the user's account",
        _USER,
        ("tests/program/test_program_requests.py",),
    ),
    Mutant(
        "server-gets-the-user-s-credentials",
        "tap/local_aws/process.py",
        'if not name.startswith(("AWS_", "MOTO_"))}',
        'if not name.startswith("MOTO_")}',
        "the embedded AWS reads an account that is none of its business",
        _USER,
        ("tests/local_aws/test_control.py",),
    ),
    Mutant(
        "server-reads-the-user-s-home",
        "tap/local_aws/process.py",
        '        "HOME": os.devnull,\n        "AWS_CONFIG_FILE": os.devnull,\n'
        '        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,\n',
        "",
        "the embedded AWS opens the user's profiles and credentials",
        _USER,
        ("tests/isolation/test_isolation.py",),
    ),
    Mutant(
        "data-source-reads-the-user-s-profile",
        "tap/aws/functions.py",
        "    own = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)\n",
        "    import botocore.session\n\n    own = botocore.session.get_session()\n"
        '    own.load_data = own.get_data; own.get_config_variable("region")\n',
        "a lookup of a region's name opens the user's profiles and credentials",
        _USER,
        ("tests/isolation/test_isolation.py",),
    ),
    Mutant(
        "nat-gateway-s-end-not-awaited",
        "tap/aws/types/ec2_gateways.py",
        '        wait(aws, lambda: None if _is_there(_nat_gateway(aws, id)) else True, what=f"{id} to be deleted")\n',
        "",
        "its address and its subnet are still in use when they are deleted next",
        _AWS,
        ("tests/aws/test_ec2.py",),
    ),
    Mutant(
        "default-egress-left-open",
        "tap/aws/types/ec2_security.py",
        "        _revoke_all(ec2, group, ingress=False)\n",
        "",
        "a group that should let nothing out lets everything out",
        _AWS,
        ("tests/aws/test_ec2.py",),
    ),
    Mutant(
        "id-lost-when-a-later-call-fails",
        "tap/aws/lifecycle.py",
        '            raise self._partial("creating", id, inputs, have, error, is_settled=is_settled) from error\n',
        '            raise self._error("creating", id, error) from error\n',
        "a bucket whose tags were refused is in no state, and made again",
        _NOTHING_LOST,
        ("tests/aws/test_provider_operations.py",),
    ),
    Mutant(
        "swallowed-change-believed",
        "tap/aws/lifecycle.py",
        "            raise NotAppliedError(left)\n",
        "            pass\n",
        "the state says what the cloud does not have",
        _AWS,
        ("tests/aws/test_provider_operations.py",),
    ),
    Mutant(
        "foreign-bucket-taken-over",
        "tap/aws/types/s3_bucket.py",
        "            _refuse_existing(s3, bucket)\n",
        "            pass\n",
        "a bucket that was there before is adopted, and deleted by a destroy",
        _NOTHING_LOST,
        ("tests/aws/test_s3.py",),
    ),
    Mutant(
        "embedded-aws-served-in-threads",
        "tap/local_aws/emulator.py",
        "        self._moto = serialised(_quick_moto())\n",
        "        self._moto = _quick_moto()\n",
        "of creations at the same time some are lost",
        _NOTHING_LOST,
        ("tests/local_aws/test_emulator.py::test_moto_gets_one_request_at_a_time",),
    ),
    Mutant(
        "refusal-of-what-may-have-been-sent-believed",
        "tap/aws/creation.py",
        "        may_be_made = self.mark.sent_before\n",
        "        may_be_made = False\n",
        "after a kill the next run ends with `already exists`, or makes a second one",
        _NOTHING_LOST,
        ("tests/faults/test_lost_answers.py",),
    ),
    Mutant(
        "vpc-read-without-a-second-look",
        "tap/aws/types/ec2_network.py",
        "    ec2.describe_vpcs(VpcIds=[id])\n    return None\n",
        "    return None\n",
        "a VPC that goes while it is read is waited for, until the time is up",
        _NOTHING_LOST,
        ("tests/faults/test_lost_answers.py::test_a_vpc_that_goes_while_it_is_read_is_gone",),
    ),
)
