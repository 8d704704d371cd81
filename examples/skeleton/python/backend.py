"""The backend acme of s3-credentials: what every S3 system can do, by boto3. It declares no capability yet.

docs/plugins.md of s3-credentials is the guide and the contract.
"""

import contextlib
import threading
import time
import urllib.parse

import boto3
import botocore.client
import botocore.exceptions
from google.protobuf.timestamp_pb2 import Timestamp

import plugin
from plugin import Fault, faults, pages
from s3credentials.backend.v1 import backend_pb2, backend_pb2_grpc, bucket_pb2, bucket_pb2_grpc
from s3credentials.backend.v1 import identity_pb2, identity_pb2_grpc

CAPABILITIES = []
REGION = "us-east-1"
ENDPOINT = "https://s3.acme.example"

# What the error codes of S3 mean that the calls below can get; the guide has all. For others, the HTTP status decides.
CODES = {
    "ExpiredToken": "Unauthenticated",
    "InvalidAccessKeyId": "Unauthenticated",
    "InvalidToken": "Unauthenticated",
    "RequestTimeTooSkewed": "Unauthenticated",
    "SignatureDoesNotMatch": "Unauthenticated",
    "BucketAlreadyExists": "AlreadyExists",
    "BucketAlreadyOwnedByYou": "AlreadyExists",
    "BucketNotEmpty": "FailedPrecondition",
    "OperationAborted": "Aborted",
    "SlowDown": "ResourceExhausted",
    "TooManyBuckets": "ResourceExhausted",
}
STATUSES = {
    400: "InvalidArgument",
    401: "Unauthenticated",
    403: "PermissionDenied",
    404: "NotFound",
    405: "Unsupported",
    409: "FailedPrecondition",
    412: "FailedPrecondition",
    429: "ResourceExhausted",
    501: "Unsupported",
}


@contextlib.contextmanager
def asking(context, action):
    """Around what asks the system: an error of boto3 becomes a Fault, and a Fault ends the call."""
    with faults(context):
        try:
            yield
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
            raise fault_of(error, f"cannot {action}") from error


def fault_of(error, what):
    """The Fault for an error of boto3."""
    if isinstance(error, botocore.exceptions.ClientError):
        said, answer = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
        name, http_status = said.get("Code", ""), answer.get("HTTPStatusCode", 0)
        code = CODES.get(name) or STATUSES.get(http_status) or ("Unavailable" if http_status >= 500 else "Unknown")
        service = {
            "code": name,
            "message": said.get("Message", ""),
            "request_id": answer.get("RequestId", ""),
            "http_status": http_status,
        }
        return Fault(code, f"{what}: the system refuses it", service=service)
    if isinstance(error, (botocore.exceptions.NoCredentialsError, botocore.exceptions.PartialCredentialsError)):
        return Fault("Unauthenticated", f"{what}: there are no credentials", "credentials")
    if isinstance(error, botocore.exceptions.ParamValidationError):
        return Fault("InvalidArgument", f"{what}: the name is not valid")
    if isinstance(error, (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)):
        return Fault("Unavailable", f"{what}: the endpoint does not answer", "endpoint")
    return Fault("Unknown", f"{what}: {type(error).__name__}")


class Backend(backend_pb2_grpc.BackendServiceServicer):
    """Open and Describe. The other services use what was opened last."""

    def __init__(self):
        self.config, self.s3, self.session = backend_pb2.OpenRequest(), None, None

    def Open(self, request, context):
        """Sends no request, and works without credentials: whatever needs them fails later."""
        with faults(context):
            url = urllib.parse.urlsplit(request.endpoint_url or ENDPOINT)
            if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
                raise Fault("InvalidArgument", "the endpoint is not an http or https URL; write it like " + ENDPOINT)
            if url.username or url.password:
                raise Fault("InvalidArgument", "the endpoint holds a user name", "credentials-apart")
            session = session_of(request)
            self.config, self.s3, self.session = request, client(session, request), session
            return backend_pb2.OpenResponse(description=self.describe())

    def Describe(self, request, context):
        return backend_pb2.DescribeResponse(description=self.describe())

    def describe(self):
        return backend_pb2.Description(
            name="acme",
            version="0.1.0",
            capabilities=CAPABILITIES,
            partition="aws",
            region=self.config.region or REGION,
            endpoint_url=(self.config.endpoint_url or ENDPOINT).rstrip("/"),
            names=backend_pb2.Names(separator="+"),
        )


def session_of(request):
    """A session with the credentials of the request, or with those that boto3 finds by itself."""
    key = request.credentials
    try:
        return boto3.Session(
            aws_access_key_id=key.access_key_id or None,
            aws_secret_access_key=key.secret_access_key or None,
            aws_session_token=key.session_token or None,
            profile_name=request.profile or None,
        )
    except botocore.exceptions.ProfileNotFound:
        raise Fault("InvalidArgument", f"there is no profile {request.profile}") from None


def client(session, request):
    limits = {"connect_timeout": 10, "read_timeout": 30, "retries": {"total_max_attempts": 3}}
    s3 = session.client(
        "s3",
        region_name=request.region or REGION,
        endpoint_url=request.endpoint_url or ENDPOINT,
        config=botocore.client.Config(s3={"addressing_style": "path"}, **limits),
    )
    logged(s3)
    return s3


def logged(client):
    """Has each request of a client of boto3 logged, those that it sends again on its own included."""
    sent = threading.local()  # a call of boto3 stays in its thread

    def sending(request, **_):
        sent.request, sent.at = request, time.monotonic()

    def answered(response_dict, parsed_response, exception, **_):
        answer = parsed_response or {}
        plugin.log_request(
            sent.request.method,
            sent.request.url,
            time.monotonic() - sent.at,
            status=response_dict and response_dict["status_code"],
            request_id=answer.get("ResponseMetadata", {}).get("RequestId"),
            code=answer.get("Error", {}).get("Code"),
            error=exception and type(exception).__name__,
        )

    client.meta.events.register("before-send", sending)
    client.meta.events.register("response-received", answered)


class Service:
    """What the services share: what Open opened."""

    def __init__(self, backend):
        self.backend = backend

    @property
    def s3(self):
        return self.backend.s3


class Identity(Service, identity_pb2_grpc.IdentityServiceServicer):
    """Whose the key is. The other methods stay as generated, which means Unsupported."""

    def WhoAmI(self, request, context):
        with asking(context, "ask who the key belongs to"):
            self.s3.list_buckets()  # proves the key
            return identity_pb2.WhoAmIResponse(caller=identity_pb2.Caller(user_id=self.backend.session.get_credentials().access_key))


class Bucket(Service, bucket_pb2_grpc.BucketServiceServicer):
    """Buckets. They have no settings yet."""

    def ListBuckets(self, request, context):
        with asking(context, "list buckets"):
            for page in pages(sorted(self.s3.list_buckets()["Buckets"], key=lambda found: found["Name"])):
                yield bucket_pb2.ListBucketsResponse(buckets=[bucket_message(found) for found in page])

    def HeadBucket(self, request, context):
        with asking(context, f"look up bucket {request.bucket}"):
            self.s3.head_bucket(Bucket=request.bucket)
            return bucket_pb2.HeadBucketResponse(region=self.s3.meta.region_name)

    def CreateBucket(self, request, context):
        with asking(context, f"create bucket {request.bucket}"):
            region = self.s3.meta.region_name
            if request.region not in ("", region):
                raise Fault("Unsupported", "acme has no regions", "no-region")
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            self.s3.create_bucket(Bucket=request.bucket, **where)
            return bucket_pb2.CreateBucketResponse()

    def DeleteBucket(self, request, context):
        with asking(context, f"delete bucket {request.bucket}"):
            self.s3.delete_bucket(Bucket=request.bucket)
            return bucket_pb2.DeleteBucketResponse()


def bucket_message(found):
    created = Timestamp()
    created.FromDatetime(found["CreationDate"])
    return bucket_pb2.Bucket(name=found["Name"], created=created)


def register(server):
    """Registers the services that this backend has."""
    backend = Backend()
    backend_pb2_grpc.add_BackendServiceServicer_to_server(backend, server)
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Identity(backend), server)
    bucket_pb2_grpc.add_BucketServiceServicer_to_server(Bucket(backend), server)


if __name__ == "__main__":
    plugin.serve("acme", register)
