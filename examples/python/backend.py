"""A backend plugin for s3-credentials: buckets are folders, users stand in a JSON file.

It is the example that docs/plugins.md walks through. The endpoint is a folder, file:///srv/storage, which holds a
folder for each bucket and the file users.json. What this backend declares, it does as the contract says, which the
conformance suite proves. It knows whose a key is and lets the administrator in, and nobody else: it has no policies,
so it declares none.
"""

import contextlib
import fcntl
import hashlib
import inspect
import json
import os
import pathlib
import re
import secrets
import tempfile
import time
import urllib.parse

from google.protobuf.timestamp_pb2 import Timestamp

import plugin
from plugin import Fault, faults, pages
from s3credentials.backend.v1 import backend_pb2, backend_pb2_grpc, bucket_pb2, bucket_pb2_grpc
from s3credentials.backend.v1 import identity_pb2, identity_pb2_grpc, object_pb2, object_pb2_grpc

CHUNK = 1 << 20  # the most bytes that one message of a stream may carry
CAPABILITIES = ["identity.access-keys", "identity.users", "object.transfer"]
UNDECLARED = ["permissions_boundary", "region"]  # fields that ask for a capability that is not among these
USER_NAME = r"[A-Za-z0-9._@+-]{1,64}"
BUCKET_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


@contextlib.contextmanager
def replacing(path, root, mode=0o600):
    """A file to write, which takes the place of another when it is whole. It is gone if the writing fails."""
    # It is made in no bucket's folder: a bucket is empty while an upload to it is ending.
    file = tempfile.NamedTemporaryFile(dir=root, prefix=".new-", delete=False)
    try:
        with file:
            yield file
        os.chmod(file.name, mode)
        os.replace(file.name, path)
    except BaseException:
        os.unlink(file.name)
        raise


class Store:
    """The folder, and who wants to use it."""

    def __init__(self, request):
        url = urllib.parse.urlsplit(request.endpoint_url)
        is_folder = url.scheme == "file" and url.path
        # A server is no folder, but it could be an endpoint: whoever uses it is told that nothing is there.
        if request.endpoint_url and not is_folder and not (url.scheme in ("http", "https") and url.netloc):
            raise Fault("InvalidArgument", f"{request.endpoint_url} is no folder; write it like file:///PATH", "endpoint")
        self.endpoint = request.endpoint_url.rstrip("/")
        self.root = pathlib.Path(urllib.parse.unquote(url.path)) if is_folder else None
        self.key = request.credentials.access_key_id
        self.secret = request.credentials.secret_access_key
        if not request.HasField("credentials"):
            self.key = os.environ.get("AWS_ACCESS_KEY_ID", "")
            self.secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "")

    @contextlib.contextmanager
    def users(self, change=False):
        """The content of users.json, which nobody else changes meanwhile. With change, it is written back."""
        if self.root is None or not self.root.is_dir():
            raise Fault("Unavailable", f"no folder is at '{self.endpoint}'; write it like file:///PATH", "endpoint")
        path = self.root / "users.json"
        with open(self.root / ".lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.is_file():
                raise Fault("Unavailable", f"there is no {path}, so nobody may use the folder")
            data = json.loads(path.read_text())
            yield data
            if change:
                with replacing(path, self.root) as file:
                    file.write(json.dumps(data, indent=2).encode())

    def caller(self):
        """The name of whoever the key belongs to; the administrator is "root"."""
        with self.users() as data:
            keys = {data["root"]["access_key_id"]: ("root", data["root"]["secret_access_key"])}
            for name, user in data["users"].items():
                keys.update({key_id: (name, key["secret"]) for key_id, key in user["keys"].items()})
        if not self.key:
            raise Fault("Unauthenticated", "there are no credentials", "credentials")
        name, secret = keys.get(self.key, ("", ""))
        if not name or not secrets.compare_digest(secret.encode(), self.secret.encode()):
            raise Fault("Unauthenticated", "there is no such access key, or its secret is another")
        return name

    def admin(self):
        """Lets the administrator pass, and nobody else."""
        name = self.caller()
        if name != "root":
            raise Fault("PermissionDenied", f"user '{name}' may not do this: only the administrator may")

    def bucket(self, name):
        """The folder of a bucket that exists."""
        if not re.fullmatch(BUCKET_NAME, name) or not (self.root / name).is_dir():
            raise Fault("NotFound", f"there is no bucket {name}")
        return self.root / name

    def object(self, bucket, key):
        """The file of an object that exists."""
        path = self.bucket(bucket) / file_name(key)
        if not path.is_file():
            raise Fault("NotFound", f"there is no object {key} in bucket {bucket}")
        return path

    def objects(self, bucket, prefix):
        """The objects of a bucket, found as the listing goes on."""
        for entry in os.scandir(self.bucket(bucket)):
            key = urllib.parse.unquote(entry.name[:-1])
            if not entry.name.endswith("@") or not key.startswith(prefix):
                continue
            with contextlib.suppress(FileNotFoundError):  # somebody deleted it meanwhile
                about = detail(pathlib.Path(entry.path))
                yield object_pb2.Object(key=key, last_modified=about.last_modified, etag=about.etag, size=about.size)


def file_name(key):
    """The file of a key in its bucket's folder: quoted, so that no key leaves it, with an end of its own."""
    name = urllib.parse.quote(key, safe=" ") + "@"
    if not key or len(name) > 240:
        raise Fault("InvalidArgument", "a key must not be empty, nor longer than the name of a file")
    return name


def about_of(path):
    """The file beside an object's with what that cannot say: its checksum and media type."""
    return path.with_name(path.name + "about")


def detail(path):
    about, status = json.loads(about_of(path).read_text()), path.stat()
    return object_pb2.ObjectDetail(
        size=status.st_size,
        etag=about["etag"],
        content_type=about["content_type"],
        last_modified=timestamp(status.st_mtime),
    )


def timestamp(seconds):
    return Timestamp(seconds=int(seconds))


# The services of the contract.


def for_admin(function):
    """Makes a method of a service: only the administrator may call it, and errors become what the host understands."""

    def check(self, request):
        for field in UNDECLARED:
            if getattr(request, field, ""):
                raise Fault("Unsupported", f"this backend knows no {field}")
        self.store.admin()

    def call(self, request, context):
        with faults(context):
            check(self, request)
            return function(self, request, context)

    def stream(self, request, context):
        with faults(context):
            check(self, request)
            yield from function(self, request, context)

    return stream if inspect.isgeneratorfunction(function) else call


class Service:
    """What the services share: the store that Open opened."""

    def __init__(self, backend):
        self.backend = backend

    @property
    def store(self):
        return self.backend.store


class Backend(backend_pb2_grpc.BackendServiceServicer):
    """Open and Describe. The other services use the store that was opened last."""

    store = None

    def Open(self, request, context):
        with faults(context):
            self.store = Store(request)
            return backend_pb2.OpenResponse(description=self.describe())

    def Describe(self, request, context):
        return backend_pb2.DescribeResponse(description=self.describe())

    def describe(self):
        return backend_pb2.Description(
            name="folder",
            version="1.0.0",
            capabilities=CAPABILITIES,
            partition="aws",
            endpoint_url=self.store.endpoint if self.store else "",
            names=backend_pb2.Names(user=backend_pb2.NameRule(min=1, max=64, pattern=USER_NAME), separator="+"),
        )


class Identity(Service, identity_pb2_grpc.IdentityServiceServicer):
    """Who there is."""

    def WhoAmI(self, request, context):
        with faults(context):
            name = self.store.caller()
            return identity_pb2.WhoAmIResponse(caller=identity_pb2.Caller(user_id=name))

    @for_admin
    def ListUsers(self, request, context):
        with self.store.users() as data:
            users = [user_message(name, user) for name, user in sorted(data["users"].items())]
        for page in pages(users):
            yield identity_pb2.ListUsersResponse(users=page)

    @for_admin
    def GetUser(self, request, context):
        with self.store.users() as data:
            return identity_pb2.GetUserResponse(user=user_message(request.name, user_of(data, request.name)))

    @for_admin
    def CreateUser(self, request, context):
        if not re.fullmatch(USER_NAME, request.name) or request.name == "root":
            raise Fault("InvalidArgument", f"no user can be named '{request.name}': see {USER_NAME}")
        with self.store.users(change=True) as data:
            if request.name in data["users"]:
                raise Fault("AlreadyExists", f"there is a user '{request.name}' already")
            user = data["users"][request.name] = {"created": int(time.time()), "keys": {}}
        return identity_pb2.CreateUserResponse(user=user_message(request.name, user))

    @for_admin
    def DeleteUser(self, request, context):
        with self.store.users(change=True) as data:
            if user_of(data, request.name)["keys"]:
                raise Fault("FailedPrecondition", f"user '{request.name}' has access keys: delete them first")
            del data["users"][request.name]
        return identity_pb2.DeleteUserResponse()

    @for_admin
    def CreateAccessKey(self, request, context):
        key_id = "FK" + secrets.token_hex(9).upper()
        key = {"secret": secrets.token_urlsafe(30), "created": int(time.time())}
        with self.store.users(change=True) as data:
            user_of(data, request.user_name)["keys"][key_id] = key
        message = key_message(request.user_name, key_id, key)
        message.secret_access_key = key["secret"]
        return identity_pb2.CreateAccessKeyResponse(access_key=message)

    @for_admin
    def ListAccessKeys(self, request, context):
        with self.store.users() as data:
            keys = user_of(data, request.user_name)["keys"]
        for page in pages(key_message(request.user_name, key_id, key) for key_id, key in sorted(keys.items())):
            yield identity_pb2.ListAccessKeysResponse(access_keys=page)

    @for_admin
    def DeleteAccessKey(self, request, context):
        with self.store.users(change=True) as data:
            if user_of(data, request.user_name)["keys"].pop(request.access_key_id, None) is None:
                raise Fault("NotFound", f"user '{request.user_name}' has no access key {request.access_key_id}")
        return identity_pb2.DeleteAccessKeyResponse()


def user_of(data, name):
    if name not in data["users"]:
        raise Fault("NotFound", f"there is no user '{name}'")
    return data["users"][name]


def user_message(name, user):
    return identity_pb2.User(path="/", name=name, id=name, created=timestamp(user["created"]))


def key_message(name, key_id, key):
    created = timestamp(key["created"])
    return identity_pb2.AccessKey(user_name=name, access_key_id=key_id, status="Active", created=created)


class Bucket(Service, bucket_pb2_grpc.BucketServiceServicer):
    """Buckets are folders. They have no settings: those methods stay as generated, which means Unsupported."""

    @for_admin
    def ListBuckets(self, request, context):
        found = sorted(p for p in self.store.root.iterdir() if p.is_dir() and re.fullmatch(BUCKET_NAME, p.name))
        for page in pages(found):
            buckets = [bucket_pb2.Bucket(name=p.name, created=timestamp(p.stat().st_ctime)) for p in page]
            yield bucket_pb2.ListBucketsResponse(buckets=buckets)

    @for_admin
    def HeadBucket(self, request, context):
        self.store.bucket(request.bucket)
        return bucket_pb2.HeadBucketResponse()

    @for_admin
    def CreateBucket(self, request, context):
        if not re.fullmatch(BUCKET_NAME, request.bucket) or ".." in request.bucket:
            raise Fault("InvalidArgument", f"no bucket can be named '{request.bucket}': see {BUCKET_NAME}")
        try:
            (self.store.root / request.bucket).mkdir()
        except FileExistsError:
            raise Fault("AlreadyExists", f"there is a bucket {request.bucket} already") from None
        return bucket_pb2.CreateBucketResponse()

    @for_admin
    def DeleteBucket(self, request, context):
        try:
            self.store.bucket(request.bucket).rmdir()
        except OSError:
            raise Fault("FailedPrecondition", f"bucket {request.bucket} is not empty: empty it first") from None
        return bucket_pb2.DeleteBucketResponse()


class Object(Service, object_pb2_grpc.ObjectServiceServicer):
    """Objects are files."""

    @for_admin
    def ListObjects(self, request, context):
        for page in pages(self.store.objects(request.bucket, request.prefix)):
            yield object_pb2.ListObjectsResponse(objects=page)

    @for_admin
    def HeadObject(self, request, context):
        return object_pb2.HeadObjectResponse(detail=detail(self.store.object(request.bucket, request.key)))

    @for_admin
    def GetObject(self, request, context):
        path = self.store.object(request.bucket, request.key)
        with open(path, "rb") as source:
            chunks, about = iter(lambda: source.read(CHUNK), b""), detail(path)
            if not request.path:
                for chunk in chunks:
                    yield object_pb2.GetObjectResponse(chunk=chunk)
            else:  # the host wants a file, so that the bytes need not cross the socket
                path = pathlib.Path(os.fsdecode(request.path))
                with replacing(path, path.parent, 0o666 & ~UMASK) as file:
                    for chunk in chunks:
                        file.write(chunk)
                        yield object_pb2.GetObjectResponse(progress=len(chunk))
        yield object_pb2.GetObjectResponse(detail=about)

    @for_admin
    def PutObject(self, requests, context):
        header = next(requests).header
        path = self.store.bucket(header.bucket) / file_name(header.key)
        checksum = hashlib.md5()
        with replacing(path, self.store.root) as file:
            for chunk in file_chunks(header.path) if header.path else (r.chunk for r in requests):
                file.write(chunk)
                checksum.update(chunk)
                yield object_pb2.PutObjectResponse(progress=len(chunk))
            if not context.is_active():
                raise Fault("Unavailable", "the upload was broken off")  # and what came is not the whole
            about = {
                "etag": f'"{checksum.hexdigest()}"',
                "content_type": header.content_type or "binary/octet-stream",
            }
            with replacing(about_of(path), self.store.root) as beside:
                beside.write(json.dumps(about).encode())
        yield object_pb2.PutObjectResponse(detail=detail(path))

    @for_admin
    def DeleteObjects(self, request, context):
        folder = self.store.bucket(request.bucket)
        for key in request.keys:
            path = folder / file_name(key)
            path.unlink(missing_ok=True)
            about_of(path).unlink(missing_ok=True)
        return object_pb2.DeleteObjectsResponse(deleted=list(request.keys))


def file_chunks(name):
    try:
        with open(os.fsdecode(name), "rb") as source:
            yield from iter(lambda: source.read(CHUNK), b"")
    except OSError as error:
        raise Fault("InvalidArgument", f"the file cannot be read: {error.strerror}") from None


def register(server):
    """Registers the services that this backend has."""
    backend = Backend()
    backend_pb2_grpc.add_BackendServiceServicer_to_server(backend, server)
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Identity(backend), server)
    bucket_pb2_grpc.add_BucketServiceServicer_to_server(Bucket(backend), server)
    object_pb2_grpc.add_ObjectServiceServicer_to_server(Object(backend), server)


UMASK = os.umask(0)
os.umask(UMASK)

if __name__ == "__main__":
    plugin.serve("folder", register)
