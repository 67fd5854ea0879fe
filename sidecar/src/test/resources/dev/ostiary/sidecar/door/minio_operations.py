"""What three people do in the real MinIO; one line for each: who, what, outcome."""

import re
import sys
import urllib.error
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MINIO = sys.argv[1]
IN = {"Bucket": "lab"}


def client(key, secret, token=None):
    return boto3.client(
        "s3",
        endpoint_url=MINIO,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )


def person(name):
    query = urllib.parse.urlencode(
        {
            "Action": "AssumeRoleWithCustomToken",
            "Version": "2011-06-15",
            "Token": name,
            "RoleArn": "arn:minio:iam:::role/idmp-lab",
        }
    )
    with urllib.request.urlopen(urllib.request.Request(MINIO + "/?" + query, data=b"")) as answer:
        text = answer.read().decode()
    parts = [re.search(f"<{each}>(.*?)</{each}>", text).group(1) for each in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
    return client(*parts)


def attempt(who, what, call):
    try:
        result = call()
        errors = [each["Key"] for each in result.get("Errors", [])] if isinstance(result, dict) else []
        print(f"{who}, {what}: " + ("refused for " + " ".join(errors) if errors else "done"))
    except ClientError as e:
        print(f"{who}, {what}: {e.response['Error']['Code']}")
    except urllib.error.HTTPError as e:
        print(f"{who}, {what}: {e.code}")


root = client("rootuser", "rootsecret1")
attempt("root", "new buckets", lambda: [root.create_bucket(Bucket=name) for name in ("lab", "other")])
for name in ("dan", "ben", "eve"):
    for key in ("one", "two", "three"):
        root.put_object(Body=b"content", Key=key, **IN)
    root.put_object(Body=b"content", Key="one", Bucket="other")
    s3 = person(name)
    attempt(name, "get", lambda: s3.get_object(Key="one", **IN))
    attempt(name, "get elsewhere", lambda: s3.get_object(Key="one", Bucket="other"))
    attempt(name, "list", lambda: s3.list_objects_v2(**IN))
    attempt(name, "put", lambda: s3.put_object(Key="new", Body=b"x", **IN))
    attempt(name, "link", lambda: urllib.request.urlopen(s3.generate_presigned_url("get_object", Params={**IN, "Key": "one"})).read())
    attempt(name, "copy", lambda: s3.copy_object(Key="copy", CopySource="lab/one", **IN))
    attempt(name, "copy from elsewhere", lambda: s3.copy_object(Key="copy", CopySource="other/one", **IN))
    attempt(name, "delete several", lambda: s3.delete_objects(Delete={"Objects": [{"Key": "two"}, {"Key": "three"}]}, **IN))
attempt("root", "list all", lambda: root.list_buckets())
