import pytest
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException

from sync_task_airflow.connections import endpoint_environment, state_environment


def sftp(**changes) -> Connection:
    given = {"conn_id": "c", "conn_type": "sftp", "host": "h.example", "login": "u", **changes}
    return Connection(**given)


def test_everything_a_connection_can_say() -> None:
    extra = """{"path": "/a b", "private_key": "KEY-KEY", "private_key_passphrase": "PHRASE",
                "known_hosts": "h.example ssh-ed25519 AAAA", "no_host_key_check": "true"}"""
    assert endpoint_environment("SOURCE", sftp(port=2222, password="secret-word", extra=extra)) == {
        "SYNC_TASK_SOURCE": "sftp://u@h.example:2222/a%20b",
        "SYNC_TASK_SOURCE_PASSWORD": "secret-word",
        "SYNC_TASK_SOURCE_PRIVATE_KEY": "KEY-KEY",
        "SYNC_TASK_SOURCE_PASSPHRASE": "PHRASE",
        "SYNC_TASK_SOURCE_KNOWN_HOSTS": "h.example ssh-ed25519 AAAA",
        "SYNC_TASK_SOURCE_INSECURE_IGNORE_HOST_KEY": "true",
    }


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({}, "sftp://u@h.example:22/~"),
        ({"login": "u@corp/x:y"}, "sftp://u%40corp%2Fx%3Ay@h.example:22/~"),
        ({"host": "fe80::1"}, "sftp://u@[fe80::1]:22/~"),
        ({"extra": '{"path": "/"}'}, "sftp://u@h.example:22/"),
        ({"extra": '{"path": "~/in/50%"}'}, "sftp://u@h.example:22/~/in/50%25"),
    ],
)
def test_urls_are_quoted(changes: dict, url: str) -> None:
    assert endpoint_environment("TARGET", sftp(**changes))["SYNC_TASK_TARGET"] == url


@pytest.mark.parametrize("value", ["false", "0", "", "yes please"])
def test_host_keys_are_checked_unless_the_flag_says_true(value: str) -> None:
    environment = endpoint_environment("TARGET", sftp(extra=f'{{"no_host_key_check": "{value}"}}'))
    assert "SYNC_TASK_TARGET_INSECURE_IGNORE_HOST_KEY" not in environment


# A key and what `ssh-keygen -l` prints for it.
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJb9lKj9G7UXZw3RmrSghu7+S0FMoDbg6linGmmw34+x"


@pytest.mark.parametrize("host_key", [f"ssh-ed25519 {KEY}", KEY, f"ssh-ed25519 {KEY} comment"])
def test_host_keys_become_fingerprints(host_key: str) -> None:
    environment = endpoint_environment("TARGET", sftp(extra=f'{{"host_key": "{host_key}"}}'))
    assert environment["SYNC_TASK_TARGET_HOST_KEY"] == "SHA256:8S4XPjdkCB01h2tPBXYhmh2uy/zcUwF3RMt+n6NFt00"


def test_fingerprints_stay() -> None:
    environment = endpoint_environment("TARGET", sftp(extra='{"host_key": "SHA256:abc"}'))
    assert environment["SYNC_TASK_TARGET_HOST_KEY"] == "SHA256:abc"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"conn_type": "http"}, "type 'http'"),
        ({"host": None}, "no host or no login"),
        ({"login": None}, "no host or no login"),
        ({"extra": '{"host_key": "not a key!"}'}, "no public key"),
    ],
)
def test_unusable_connections_fail_without_a_retry(changes: dict, says: str) -> None:
    with pytest.raises(AirflowFailException, match=says):
        endpoint_environment("SOURCE", sftp(**changes))


def test_state() -> None:
    connection = Connection(
        conn_id="s", conn_type="postgres", host="db", login="me", password="secret-word", schema="my db", port=5433
    )
    assert state_environment(connection) == {
        "SYNC_TASK_STATE": "postgres://me@db:5433/my%20db",
        "SYNC_TASK_STATE_PASSWORD": "secret-word",
    }


def test_state_has_to_be_postgres() -> None:
    with pytest.raises(AirflowFailException, match="not 'postgres'"):
        state_environment(sftp())


def test_the_pipeline_may_name_another_folder() -> None:
    environment = endpoint_environment("TARGET", sftp(extra='{"path": "/in"}'), "/in voices")
    assert environment["SYNC_TASK_TARGET"] == "sftp://u@h.example:22/in%20voices"


def bucket(**changes) -> Connection:
    given = {"conn_id": "aws_default", "conn_type": "aws", "login": "AKIA", "password": "secret", **changes}
    return Connection(**given)


def test_a_bucket() -> None:
    extra = '{"region_name": "eu-west-1", "endpoint_url": "http://gateway:7070", "aws_session_token": "token-word"}'
    assert endpoint_environment("TARGET", bucket(extra=extra), "s3://landing/in") == {
        "SYNC_TASK_TARGET": "s3://landing/in",
        "SYNC_TASK_TARGET_AWS_ACCESS_KEY_ID": "AKIA",
        "SYNC_TASK_TARGET_AWS_SECRET_ACCESS_KEY": "secret",
        "SYNC_TASK_TARGET_AWS_SESSION_TOKEN": "token-word",
        "SYNC_TASK_TARGET_AWS_REGION": "eu-west-1",
        "SYNC_TASK_TARGET_AWS_ENDPOINT_URL_S3": "http://gateway:7070",
    }


@pytest.mark.parametrize("path", [None, "/landing"])
def test_a_bucket_has_to_be_named(path: str | None) -> None:
    with pytest.raises(AirflowFailException, match="which bucket"):
        endpoint_environment("TARGET", bucket(), path)


def test_a_container_of_azure() -> None:
    connection = Connection(
        conn_id="w", conn_type="wasb", login="account", password="key-word", host="http://azurite:1"
    )
    assert endpoint_environment("SOURCE", connection, "az://landing/in") == {
        "SYNC_TASK_SOURCE": "az://landing/in",
        "SYNC_TASK_SOURCE_AZURE_STORAGE_ACCOUNT": "account",
        "SYNC_TASK_SOURCE_AZURE_STORAGE_KEY": "key-word",
        "SYNC_TASK_SOURCE_AZURE_STORAGE_SERVICE_ENDPOINT": "http://azurite:1",
    }
    extra = '{"sas_token": "sv=1&sig=token-word"}'
    shared = Connection(conn_id="w", conn_type="wasb", login="account", host="account.blob.example", extra=extra)
    assert endpoint_environment("TARGET", shared, "az://landing") == {
        "SYNC_TASK_TARGET": "az://landing",
        "SYNC_TASK_TARGET_AZURE_STORAGE_ACCOUNT": "account",
        "SYNC_TASK_TARGET_AZURE_STORAGE_SAS_TOKEN": "sv=1&sig=token-word",
    }
    with pytest.raises(AirflowFailException, match="az://container"):
        endpoint_environment("TARGET", shared, "/landing")
