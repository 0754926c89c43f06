/** Makes one request with Python 3.6 or newer; see httpFunction. Its settings come on standard input. */
export const PYTHON = String.raw`
import os, sys, ssl, shutil, socket, http.client
import urllib.request as r, urllib.error, urllib.parse as p
c, headers = {}, []
for line in sys.stdin.buffer.read().decode().split("\n"):
    name, found, value = line.partition("=")
    if not found: continue
    value = p.unquote(value, errors="surrogateescape")
    if name == "header": headers.append([part.strip() for part in value.split(":", 1)])
    else: c[name] = value
heads = os.fdopen(3, "wb", 0)
def tell(answer):
    text = "HTTP/1.1 %s %s\r\n" % (answer.status, answer.reason)
    text += "".join("%s: %s\r\n" % pair for pair in answer.headers.items())
    heads.write((text + "\r\n").encode("utf-8", "surrogateescape"))
class Redirect(r.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, fields, url):
        if not c.get("follow"): return None
        new = r.HTTPRedirectHandler.redirect_request(self, request, fp, code, msg, fields, url) \
            if request.get_method() in ("GET", "HEAD", "POST") else None
        if new is None: return None
        tell(fp)
        if p.urlsplit(url).netloc != p.urlsplit(request.full_url).netloc:
            new.headers.pop("Authorization", None)
        return new
    http_error_308 = r.HTTPRedirectHandler.http_error_302
class UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(float(c["timeout"]))
        self.sock.connect(c["unix"])
class Unix(r.HTTPHandler):
    def http_open(self, request): return self.do_open(UnixConnection, request)
try:
    context = ssl.create_default_context(cafile=c.get("ca"))
    if not c.get("verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if c.get("cert"): context.load_cert_chain(c["cert"], c.get("key"))
    handlers = [Redirect(), r.HTTPSHandler(context=context)]
    if not c.get("proxy"): handlers.append(r.ProxyHandler({}))
    if c.get("unix"): handlers.append(Unix())
    if "user" in c:
        known = r.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, c["url"], c["user"], c["password"])
        handlers += [r.HTTPBasicAuthHandler(known), r.HTTPDigestAuthHandler(known)]
    data = c["body"].encode("utf-8", "surrogateescape") if "body" in c else None
    if "body_file" in c:
        with open(c["body_file"], "rb") as file: data = file.read()
    request = r.Request(c["url"], data=data, method=c["method"])
    for name, value in headers: request.add_header(name, value)
    if "user" in c and c.get("force_auth"):
        import base64
        pair = (c["user"] + ":" + c["password"]).encode()
        request.add_header("Authorization", "Basic " + base64.b64encode(pair).decode())
    try: answer = r.build_opener(*handlers).open(request, timeout=float(c["timeout"]))
    except urllib.error.HTTPError as error: answer = error
    if c["url"].startswith("http"):
        if not hasattr(answer, "status"): answer.status = answer.code
        if not hasattr(answer, "reason"): answer.reason = answer.msg
        tell(answer)
    shutil.copyfileobj(answer, sys.stdout.buffer)
    sys.stdout.buffer.flush()
except Exception as error:
    reason = getattr(error, "reason", None)
    sys.stderr.write("%s\n" % (reason or error or type(error).__name__))
    sys.exit(1)
`
