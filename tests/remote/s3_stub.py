#!/usr/bin/env python3
"""An object store with the interface of S3, for tests: it checks every signature by itself, keeps objects in memory, and
fails on order.

usage: s3_stub.py DIR [--readonly-names]
Writes DIR/port when it listens on 127.0.0.1. Key: test / secret, bucket: box (with object lock) and plain (without), region any.
Orders are lines of the file DIR/orders, each used up by the requests that it names:
    ACTION [METHOD [COUNT [ARGUMENT [SKIP]]]]       METHOD * for any; ARGUMENT - for none; SKIP requests of it pass (0), then COUNT of them get it (1)
    status N      answer with this HTTP status; ARGUMENT: seconds of Retry-After
    cut           read half of the request, or send half of the answer, and close
    mute          do what is asked, and close without an answer
    hold          write the file DIR/held; when that is removed, close, and do nothing
    held          do what is asked, write the file DIR/held; when that is removed, close
    slow          take ARGUMENT seconds for the bytes that come or go
    quota         403 QuotaExceeded, as Ceph says it
    clock         403 RequestTimeTooSkewed, whatever the time
    stuck         read nothing and answer nothing for ARGUMENT seconds
    forget        say that the object was stored, and do not
    wrong         PUT: store other bytes and name their hash; GET: send other bytes of the same length
    long          GET: send more bytes than there are
    short         GET: say fewer bytes than there are
    hide          lists: leave out all objects
    part          lists: leave out all but the first, and say that this is all
    late          the clock of the store is ARGUMENT seconds ahead, for ever
    nocondition   if-none-match is not implemented (501), for ever
    ignore        if-none-match is passed over, for ever
    fresh         a retention is refused for a second after the upload, for ever
    writeonly     nothing can be read: 403 for GET and HEAD, for ever
    back          what was written after this order is not shown, for ever
    few           ARGUMENT connections are served at a time, the others wait, for ever
    turn          ARGUMENT connections are served at a time, the others are closed, for ever
An order "for ever" ends with the same one with the argument 0.
POST /-/ACTION?key=KEY&until=DATE changes an object behind everybody's back: `delete` removes it, `swap` exchanges its bytes, `retain` sets
the date until which it is kept ("" for none). KEY begins with the bucket. Nothing is signed.
DIR/log gets a line for each answer: METHOD PATH STATUS. DIR/times has the time, too, in seconds.
"""
import base64
import datetime
import email.utils
import hashlib
import hmac
import os
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIR = sys.argv[1]
SECRET = {"test": "secret"}
lock = threading.RLock()
objects = {}
state = {"late": 0, "nocondition": False, "ignore": False, "writeonly": False, "fresh": False, "back": False, "few": 0, "turn": 0}
put_at = {}
back_to = {}  # what is shown after the order "back"


class Gone(Exception):
    pass


def order(method):
    """The order for this request, or ''. Of no METHOD: only what is for ever is looked at."""
    with lock:
        try:
            with open(DIR + "/orders") as f:
                lines = [l.split() for l in f if l.strip()]
        except FileNotFoundError:
            return "", None
        found = ("", None)
        left = []
        for l in lines:
            if l[0] in state:
                state[l[0]] = int(l[3]) if len(l) > 3 else True
                if l[0] == "back":
                    back_to.clear()
                    back_to.update(objects)
                continue
            if not method:
                left.append(" ".join(l))
                continue
            wanted = l[1] if len(l) > 1 else "*"
            count = int(l[2]) if len(l) > 2 else 1
            argument = l[3] if len(l) > 3 and l[3] != "-" else None
            skip = int(l[4]) if len(l) > 4 else 0
            if skip > 0 and wanted in ("*", method):
                skip -= 1
            elif found[0] == "" and wanted in ("*", method) and count > 0:
                found = (l[0] if l[0] != "status" else "status " + argument.split(":")[0],
                         argument.split(":")[1] if argument and ":" in argument else argument)
                count -= 1
            if count > 0:
                left.append(" ".join([l[0], wanted, str(count), l[3] if len(l) > 3 else "-", str(skip)]))
        with open(DIR + "/orders.new", "w") as f:
            f.write("".join(l + "\n" for l in left))
        os.rename(DIR + "/orders.new", DIR + "/orders")
        return found


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    what, seconds = "", 0  # what is done wrong with this request; how long its answer takes

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        with lock, open(DIR + "/log", "a") as f:
            f.write("%s %s %d\n" % (self.command, self.path.split("?")[0], status))
        with lock, open(DIR + "/times", "a") as f:
            f.write("%s %s %d %.3f\n" % (self.command, self.path.split("?")[0], status, time.time()))
        if self.what in ("mute", "held"):
            if self.what == "held":
                self.wait_held()
            raise Gone
        self.send_response_only(status)
        self.send_header("Date", email.utils.formatdate(time.time() + state["late"], usegmt=True))
        for name, value in headers:
            self.send_header(name, value)
        if not any(n == "Content-Length" for n, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.seconds:
            at = iter(body)
            self.slowly(len(body), self.seconds, lambda n: self.wfile.write(bytes(b for _, b in zip(range(n), at))))
        else:
            self.wfile.write(body)

    def error(self, status, code, headers=()):
        self.answer(status, ("<?xml version=\"1.0\"?><Error><Code>%s</Code></Error>" % code).encode(), headers)

    def signature_is_good(self, url, payload):
        """'' or the code of the error."""
        query = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        presigned = dict(query)
        header = self.headers.get("authorization", "")
        if "X-Amz-Signature" in presigned:
            access, day, region, service, _ = presigned["X-Amz-Credential"].split("/")
            names, given, when = presigned["X-Amz-SignedHeaders"], presigned["X-Amz-Signature"], presigned["X-Amz-Date"]
            query = [q for q in query if q[0] != "X-Amz-Signature"]
            lives = int(presigned["X-Amz-Expires"])
            payload = "UNSIGNED-PAYLOAD"
        elif header.startswith("AWS4-HMAC-SHA256 "):
            parts = dict(p.strip().split("=", 1) for p in header[17:].split(","))
            access, day, region, service, _ = parts["Credential"].split("/")
            names, given, when = parts["SignedHeaders"], parts["Signature"], self.headers["x-amz-date"]
            lives = 900
            for name in self.headers:
                if (name.lower().startswith("x-amz-") or name.lower() == "content-md5") and name.lower() not in names.split(";"):
                    return "AccessDenied"
        else:
            return "AccessDenied"
        if access not in SECRET:
            return "InvalidAccessKeyId"
        quote = lambda s: urllib.parse.quote(s, safe="-_.~")
        request = "\n".join([
            self.command, urllib.parse.quote(urllib.parse.unquote(url.path), safe="/-_.~"),
            "&".join("%s=%s" % (quote(k), quote(v)) for k, v in sorted(query)),
            "".join("%s:%s\n" % (n, (self.headers.get(n) or "").strip()) for n in names.split(";")), names, payload])
        text = "\n".join(["AWS4-HMAC-SHA256", when, "/".join([day, region, service, "aws4_request"]),
                          hashlib.sha256(request.encode()).hexdigest()])
        key = ("AWS4" + SECRET[access]).encode()
        for part in (day, region, service, "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != given:
            return "SignatureDoesNotMatch"
        made = datetime.datetime.strptime(when, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc).timestamp()
        now = time.time() + state["late"]
        if now - made > lives or made - now > 900:
            return "RequestTimeTooSkewed" if "X-Amz-Signature" not in presigned else "AccessDenied"
        return ""

    def wait_held(self):
        with open(DIR + "/held", "w"):
            pass
        while os.path.exists(DIR + "/held"):
            time.sleep(0.01)

    def slowly(self, length, seconds, piece):
        """Calls piece(n) for pieces of length bytes in all, and takes so many seconds."""
        for i in range(20):
            time.sleep(seconds / 20)
            piece(length * (i + 1) // 20 - length * i // 20)

    def handle_one(self):
        what, argument = order(self.command)
        self.what, self.seconds = what, 0
        length = int(self.headers.get("content-length") or 0)
        if what == "stuck":
            time.sleep(float(argument or 10))
            raise Gone
        if what == "cut" and self.command != "GET":
            self.rfile.read(length // 2)
            raise Gone
        if what == "hold":
            self.wait_held()
            raise Gone
        if what == "slow" and self.command == "PUT":
            pieces = []
            self.slowly(length, float(argument), lambda n: pieces.append(self.rfile.read(n)))
            body = b"".join(pieces)
        else:
            body = self.rfile.read(length)
        if what == "slow" and self.command == "GET":
            self.seconds = float(argument)
        if what in ("quota", "clock"):
            return self.error(403, {"quota": "QuotaExceeded", "clock": "RequestTimeTooSkewed"}[what])
        if len(body) < length:
            raise Gone
        if what.startswith("status "):
            return self.error(int(what.split()[1]), "SlowDown", [("Retry-After", argument)] if argument and argument != what.split()[1] else [])
        url = urllib.parse.urlsplit(self.path)
        sha = hashlib.sha256(body).hexdigest()
        payload = self.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        wrong = self.signature_is_good(url, payload)
        if wrong:
            return self.error(403, wrong)
        if payload not in ("UNSIGNED-PAYLOAD", sha):
            return self.error(400, "XAmzContentSHA256Mismatch")
        md5 = self.headers.get("content-md5")
        if md5 and base64.b64decode(md5) != hashlib.md5(body).digest():
            return self.error(400, "BadDigest")
        if self.command == "PUT" and "X-Amz-Signature" not in self.path and not md5:
            return self.error(400, "MissingContentMD5")
        host = self.headers["host"]
        path = urllib.parse.unquote(url.path).lstrip("/")
        if not host.startswith("127."):
            path = host.split(".")[0] + "/" + path
        bucket, _, key = path.partition("/")
        if bucket not in ("box", "plain"):
            return self.error(404, "NoSuchBucket")
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if key == "":
            return self.bucket(bucket, query, what)
        return getattr(self, self.command.lower())(bucket, bucket + "/" + key, query, body, what)

    def bucket(self, bucket, query, what):
        if "object-lock" in query:
            if bucket == "box":
                return self.answer(200, b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>")
            return self.error(404, "ObjectLockConfigurationNotFoundError")
        if state["writeonly"]:
            return self.error(403, "AccessDenied")
        prefix = bucket + "/" + query.get("prefix", "")
        with lock:
            shown = back_to if state["back"] else objects
            names = [] if what == "hide" else sorted(k for k in shown if k.startswith(prefix))
            names = names[:1] if what == "part" else names
            sizes = {k: len(shown[k][0]) for k in names}
        after = query.get("continuation-token", "")
        names = [k for k in names if k > after]
        page = names[:3]
        more = len(names) > 3
        text = "<ListBucketResult>" + "".join(
            "<Contents><Key>%s</Key><Size>%d</Size></Contents>" % (k.partition("/")[2], sizes[k]) for k in page)
        text += "<IsTruncated>%s</IsTruncated>" % ("true" if more else "false")
        if more:
            text += "<NextContinuationToken>%s</NextContinuationToken>" % page[-1]
        return self.answer(200, (text + "</ListBucketResult>").encode())

    def put(self, bucket, key, query, body, what):
        if "retention" in query:
            text = body.decode()
            with lock:
                if key not in objects or bucket != "box":
                    return self.error(404, "NoSuchKey")
                until = text.split("<RetainUntilDate>")[1].split("<")[0]
                if state["fresh"] and time.time() - put_at[key] < 1:
                    return self.error(409, "OperationAborted")
                if (objects[key][1] or "") > until:
                    return self.error(403, "AccessDenied")
                objects[key] = (objects[key][0], until)
            return self.answer(200)
        if self.headers.get("if-none-match") == "*" and not state["ignore"]:
            if state["nocondition"]:
                return self.error(501, "NotImplemented")
            with lock:
                if key in objects:
                    return self.error(412, "PreconditionFailed")
        until = self.headers.get("x-amz-object-lock-retain-until-date")
        if until and (bucket != "box" or self.headers.get("x-amz-object-lock-mode") not in ("COMPLIANCE", "GOVERNANCE")):
            return self.error(400, "InvalidRequest")
        if what == "wrong":
            body = b"other" + body[5:]
        if what != "forget":
            with lock:
                objects[key] = (body, until)
                put_at[key] = time.time()
        return self.answer(200, b"", [("ETag", '"%s"' % hashlib.md5(body).hexdigest())])

    def get(self, bucket, key, query, body, what):
        if state["writeonly"]:
            return self.error(403, "AccessDenied")
        with lock:
            found = (back_to if state["back"] else objects).get(key)
        if found is None:
            return self.error(404, "NoSuchKey")
        data, until = found
        headers = [("ETag", '"%s"' % hashlib.md5(data).hexdigest())]
        if self.headers.get("x-amz-checksum-mode") == "ENABLED":
            headers.append(("x-amz-checksum-sha256", base64.b64encode(hashlib.sha256(data).digest()).decode()))
        if until:
            headers.append(("x-amz-object-lock-retain-until-date", until))
        if self.command == "HEAD":
            return self.answer(200, b"", headers + [("Content-Length", str(len(data)))])
        if what == "wrong":
            data = bytes(reversed(data))
        if what == "long":
            data = data + b"more"
        if what == "short":
            data = data[:-1]
        if what == "cut":
            self.answer(200, data[:len(data) // 2], headers + [("Content-Length", str(len(data)))])
            raise Gone
        return self.answer(200, data, headers)

    head = get

    def delete(self, bucket, key, query, body, what):
        with lock:
            if key in objects and objects[key][1]:
                return self.error(403, "AccessDenied")
            objects.pop(key, None)
        return self.answer(204)

    def behind(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        key, action = query.get("key", ""), url.path.rpartition("/")[2]
        with lock:
            if key not in objects:
                return self.error(404, "NoSuchKey")
            data, until = objects[key]
            if action == "delete":
                del objects[key]
            elif action == "swap":
                objects[key] = (bytes(reversed(data)), until)
            else:
                objects[key] = (data, query.get("until") or None)
        return self.answer(200)

    def handle_safely(self):
        try:
            self.behind() if self.command == "POST" else self.handle_one()
        except (Gone, ConnectionError):
            self.close_connection = True

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_safely


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    served = 0

    def process_request_thread(self, request, address):
        # The orders are looked at by whoever comes, also if that one must wait.
        order("")
        while True:
            with lock:
                most = state["few"] or state["turn"]
                if not most or self.served < most:
                    self.served += 1
                    break
            if state["turn"]:
                return self.shutdown_request(request)
            time.sleep(0.02)
        try:
            super().process_request_thread(request, address)
        finally:
            with lock:
                self.served -= 1


server = Server(("127.0.0.1", 0), Handler)
with open(DIR + "/port.new", "w") as f:
    f.write("%d\n" % server.server_address[1])
os.rename(DIR + "/port.new", DIR + "/port")
server.serve_forever()
