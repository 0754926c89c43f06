"""A registry for one image, far:1, in one of two states: the file state says which. Serves on 127.0.0.1:5000."""

import gzip
import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TYPE = "application/vnd.docker.distribution.manifest.v2+json"
BLOBS = {}


def blob(data, kind):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    BLOBS[digest] = data
    return {"mediaType": kind, "size": len(data), "digest": digest}


def manifest(tar, command, label):
    layer = blob(gzip.compress(tar, mtime=0), "application/vnd.docker.image.rootfs.diff.tar.gzip")
    image = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": command, "Labels": {"far": label}, "Env": ["FAR=" + label]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]},
    }
    config = blob(json.dumps(image).encode(), "application/vnd.docker.container.image.v1+json")
    return json.dumps({"schemaVersion": 2, "mediaType": TYPE, "config": config, "layers": [layer]}).encode()


def tar():
    with open("/root/tiny.tar", "rb") as file:
        return file.read()


STATES = {name: manifest(tar(), ["sleep", "10000" + name], name) for name in ("1", "2")}


class Registry(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with open(sys.argv[1]) as file:
            now = STATES[file.read().strip()]
        last = self.path.rsplit("/", 1)[-1]
        if self.path == "/v2/":
            return self.answer(b"{}", "application/json")
        if "/manifests/" in self.path:
            known = [one for one in STATES.values() if last in ("sha256:" + hashlib.sha256(one).hexdigest(),)]
            return self.answer(known[0] if known else now, TYPE)
        if last in BLOBS:
            return self.answer(BLOBS[last], "application/octet-stream")
        self.send_error(404)

    do_HEAD = do_GET

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", "sha256:" + hashlib.sha256(body).hexdigest())
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", 5000), Registry).serve_forever()
