"""Every operation by every person, with the client that people use; one line for each: who, what, outcome."""

import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FRONT, STORE = sys.argv[1:3]


def client(endpoint, key, secret=None):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret or "a-secret-of-" + key,
        config=Config(
            signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}
        ),
    )


ANA, EXPLORING, MIA, EVE = "ANAFORTRAINING", "ANAFOREXPLORING", "MIAASSTEWARD", "EVEFORTRAINING"
NAMES = {ANA: "ana", EXPLORING: "ana exploring", MIA: "mia", EVE: "eve"}


def say(who, what, outcome):
    outcome = "denied" if outcome in ("no_permit", "forbidden") else outcome
    print(f"{NAMES.get(who, who)}, {what}: {outcome}", flush=True)


def attempt(who, what, call):
    try:
        result = call()
    except ClientError as e:
        headers = e.response["ResponseMetadata"]["HTTPHeaders"]
        code = headers.get("x-ostiary-reason-code")
        say(who, what, code or e.response["Error"]["Code"])
        return None
    say(who, what, "done")
    return result


def send(who, what, url, method="GET", body=None, headers={}):
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            answer.read()
            say(who, what, "done")
    except urllib.error.HTTPError as e:
        say(who, what, e.headers.get("x-ostiary-reason-code") or e.code)


def wait():
    """The first question of a gateway may take longer than it waits for the answer."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(FRONT + "/").close()
        except urllib.error.HTTPError as e:
            if e.headers.get("x-ostiary-reason-code"):
                return
    sys.exit("there is no answer")


wait()
own = client(STORE, "AKIDEXAMPLE", "a-secret-of-the-test")
own.create_bucket(Bucket="lab")
own.put_bucket_versioning(Bucket="lab", VersioningConfiguration={"Status": "Enabled"})


def seed():
    for key in ["datasets/street/1", "datasets/faces/1", "projects/audio/1"] + [
        "projects/vision/" + name for name in ("read", "gone", "a&b", "b", "c", "old")
    ]:
        own.put_object(Bucket="lab", Key=key, Body=b"content")


IN = {"Bucket": "lab"}
VISION = "projects/vision/"

for key in (ANA, EVE):
    seed()
    s3 = client(FRONT, key)

    def run(what, operation, **arguments):
        return attempt(key, what, lambda: getattr(s3, operation)(Bucket="lab", **arguments))

    run("list", "list_objects_v2", Prefix=VISION)
    run("get", "get_object", Key=VISION + "read")
    run("stat", "head_object", Key=VISION + "read")
    run("put", "put_object", Key=VISION + "new one+", Body=b"x", Metadata={"run": "7"})
    run("put for all", "put_object", Key=VISION + "new", Body=b"x", ACL="public-read")
    link = s3.generate_presigned_url("get_object", Params={**IN, "Key": VISION + "read"}, ExpiresIn=60)
    send(key, "link", link)
    put = s3.generate_presigned_url("put_object", Params={**IN, "Key": VISION + "put"}, ExpiresIn=60)
    send(key, "link to put", put, "PUT", b"x")
    run("copy", "copy_object", Key=VISION + "copy", CopySource={**IN, "Key": VISION + "read"})
    run("copy a dataset", "copy_object", Key=VISION + "copy", CopySource={**IN, "Key": "datasets/street/1"})
    run("copy what may not be read", "copy_object", Key=VISION + "copy", CopySource={**IN, "Key": "datasets/faces/1"})
    run("copy to elsewhere", "copy_object", Key="projects/audio/copy", CopySource={**IN, "Key": VISION + "read"})
    run("delete", "delete_object", Key=VISION + "gone")
    several = [{"Key": VISION + "a&b"}, {"Key": VISION + "b"}]
    run("delete several", "delete_objects", Delete={"Objects": several})
    run(
        "delete several of two projects",
        "delete_objects",
        Delete={"Objects": [{"Key": VISION + "c"}, {"Key": "projects/audio/1"}]},
    )
    begun = run("begin parts", "create_multipart_upload", Key=VISION + "parts")
    begun = begun or own.create_multipart_upload(Bucket="lab", Key=VISION + "parts")
    upload = {"Key": VISION + "parts", "UploadId": begun["UploadId"]}
    part = run("put a part", "upload_part", PartNumber=1, Body=b"x", **upload)
    run("copy a part", "upload_part_copy", PartNumber=2, CopySource="lab/" + VISION + "read", **upload)
    run("copy a part of what may not be read", "upload_part_copy", PartNumber=2, CopySource="lab/datasets/faces/1", **upload)
    run("list parts", "list_parts", **upload)
    parts = [{"PartNumber": 1, "ETag": part["ETag"] if part else "x"}]
    run("complete parts", "complete_multipart_upload", MultipartUpload={"Parts": parts}, **upload)
    begun = own.create_multipart_upload(Bucket="lab", Key=VISION + "parts")
    run("abort parts", "abort_multipart_upload", Key=VISION + "parts", UploadId=begun["UploadId"])

# Versions are for stewards.
for key in (MIA, ANA):
    seed()
    s3 = client(FRONT, key)
    attempt(key, "list versions", lambda: s3.list_object_versions(Prefix=VISION + "old", **IN))
    versions = own.list_object_versions(Prefix=VISION + "old", **IN)["Versions"]
    one, other = versions[0]["VersionId"], versions[1]["VersionId"]
    old = {**IN, "Key": VISION + "old"}
    attempt(key, "get a version", lambda: s3.get_object(VersionId=one, **old))
    attempt(key, "copy a version", lambda: s3.copy_object(CopySource={**old, "VersionId": one}, **{**old, "Key": VISION + "was"}))
    attempt(key, "delete a version", lambda: s3.delete_object(VersionId=one, **old))
    listed = {"Objects": [{"Key": VISION + "old", "VersionId": other}]}
    attempt(key, "delete versions", lambda: s3.delete_objects(Delete=listed, **IN))

# A dataset is read for one purpose and not for another, whatever way it is read.
for key in (ANA, EXPLORING, MIA):
    s3 = client(FRONT, key)
    street = {**IN, "Key": "datasets/street/1"}
    attempt(key, "read street", lambda: s3.get_object(**street)["Body"].read())
    attempt(key, "list street", lambda: s3.list_objects_v2(Prefix="datasets/street/", **IN))
    attempt(key, "list what begins with s", lambda: s3.list_objects_v2(Prefix="datasets/s", **IN))
    attempt(key, "list all", lambda: s3.list_objects(**IN))
    send(key, "link to street", s3.generate_presigned_url("get_object", Params=street))

# What is not known is denied, and so is what could be read in two ways.
s3 = client(FRONT, ANA)
read = {**IN, "Key": VISION + "read"}
attempt(ANA, "tags", lambda: s3.get_object_tagging(**read))
attempt(ANA, "acl", lambda: s3.get_object_acl(**read))
attempt(ANA, "buckets", lambda: s3.list_buckets())
attempt(ANA, "new bucket", lambda: s3.create_bucket(Bucket="mine"))
attempt(ANA, "delete bucket", lambda: s3.delete_bucket(**IN))
attempt(ANA, "outside", lambda: s3.get_object(Bucket="lab", Key="elsewhere"))
attempt(ANA, "uploads", lambda: s3.list_multipart_uploads(**IN))
attempt(ANA, "dots", lambda: s3.delete_objects(Delete={"Objects": [{"Key": VISION + "../audio/1"}]}, **IN))
attempt(ANA, "source with dots", lambda: s3.copy_object(CopySource="lab/" + VISION + "../audio/1", **read))
send(ANA, "link for a day", s3.generate_presigned_url("get_object", Params=read, ExpiresIn=86400))
link = s3.generate_presigned_url("get_object", Params=read, ExpiresIn=60)
send(ANA, "link with another argument", link + "&tagging=")
send(ANA, "link with an argument twice", link + "&X-Amz-Expires=60")
send(ANA, "encoded slash", link.replace("vision/read", "vision%2Fread"))
send(ANA, "link and header", link, headers={"Authorization": "AWS4-HMAC-SHA256 Credential=x"})
send("nobody", "read", FRONT + "/lab/" + VISION + "read")

# A forged id passes the sidecar, and the store finds the signature wrong.
forged = client(FRONT, ANA, "not-her-secret")
attempt("forger", "read", lambda: forged.get_object(**read))
attempt("forger", "delete several", lambda: forged.delete_objects(Delete={"Objects": [{"Key": VISION + "c"}]}, **IN))
attempt("stranger", "read", lambda: client(FRONT, "NOBODYKNOWSTHIS").get_object(**read))
link = s3.generate_presigned_url("get_object", Params=read, ExpiresIn=60)
send("forger", "link", link.replace("vision/read", "vision/c"))

left = own.list_objects_v2(Prefix="projects/", **IN)
print("left", " ".join(each["Key"].removeprefix("projects/") for each in left["Contents"]))
