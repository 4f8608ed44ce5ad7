"""A time-stamp authority over HTTP on 127.0.0.1, for tests: tsa_server.py DIR PORTFILE. DIR as tests/tsa.sh made it; the path of the URL says how it
behaves. Writes its port to PORTFILE when it listens, and makes PORTFILE.asked when it lets somebody wait."""
import http.server, os, subprocess, sys, tempfile, time

directory, portfile = sys.argv[1:]
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tsa.sh")


def answer(signer, request):
    with tempfile.TemporaryDirectory() as d:
        q, r = os.path.join(d, "q"), os.path.join(d, "r")
        with open(q, "wb") as f:
            f.write(request)
        open(r, "wb").close()
        subprocess.run(["sh", script, "answer", directory, signer, q, r], check=True)
        with open(r, "rb") as f:
            return f.read()


class Authority(http.server.BaseHTTPRequestHandler):
    first = None  # the first good answer, for /stale

    def log_message(self, *args):
        pass

    def reply(self, status, body, type="application/timestamp-reply", **headers):
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] != "application/timestamp-query":
            self.reply(400, b"")
        elif self.path in ("/tsa", "/expired"):
            body = answer(self.path[1:], request)
            Authority.first = Authority.first or body
            self.reply(200, body)
        elif self.path == "/stale":
            self.reply(200, Authority.first)
        elif self.path == "/page":
            self.reply(200, b"<html>\x1b[31msign in</html>", "text/html")
        elif self.path == "/garbage":
            self.reply(200, b"garbage")
        elif self.path == "/empty":
            self.reply(200, b"")
        elif self.path == "/big":
            self.reply(200, bytes(65537))
        elif self.path == "/redirect":
            self.reply(302, b"", Location="file:///etc/passwd")
        elif self.path == "/moved":
            self.reply(308, b"", Location="/tsa")
        elif self.path == "/hang":
            open(portfile + ".asked", "w").close()
            time.sleep(600)
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"0")
            self.close_connection = True
        else:
            self.reply(404, b"")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
with open(portfile + ".new", "w") as f:
    f.write(str(server.server_port))
os.rename(portfile + ".new", portfile)
server.serve_forever()
