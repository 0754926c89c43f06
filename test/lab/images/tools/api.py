"""Stands in for a Kubernetes API server: TLS on 6443, health paths, a version, and ways to be ill.

The mode is read from /run/mode for every connection, so that it changes without a restart:
  ok        answers like a healthy API server
  notready  /readyz and /healthz say 500, /livez is fine
  401       every path asks for credentials, as with --anonymous-auth=false
  hang      accepts and finishes the TLS handshake, then never answers
  otherca   like ok, with a certificate of another cluster's CA
Nothing listening at all is the container stopped; a process that hangs in the kernel is the container paused.
"""

import http.server
import json
import socket
import ssl
import sys
import time

PKI = '/opt/lab/pki/'
MODE = '/run/mode'
NODE = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 6443
VERSION = {'major': '1', 'minor': '30', 'gitVersion': 'v1.30.0', 'gitTreeState': 'clean', 'platform': 'linux/amd64'}


def mode():
    try:
        with open(MODE, encoding='ascii') as file:
            return file.read().strip()
    except FileNotFoundError:
        return 'ok'


def context(name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(PKI + name + '.crt', PKI + name + '.key')
    made.set_alpn_protocols(['http/1.1'])
    return made


CONTEXTS = {name: context(name) for name in ('lab', 'other')}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 300

    def setup(self):
        # The handshake belongs to the connection's own thread: a silent client must not stop the others.
        self.request.settimeout(10)
        name = 'other' if mode() == 'otherca' else 'lab'
        self.request = CONTEXTS[name].wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def answer(self, code, body, kind='text/plain; charset=utf-8'):
        data = body.encode()
        self.send_response(code)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(data)))
        self.send_header('X-Lab-Node', NODE)
        self.end_headers()
        self.wfile.write(data)

    def status(self, code, reason, message):
        body = {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Failure', 'message': message, 'reason': reason, 'code': code}
        self.answer(code, json.dumps(body), 'application/json')

    def watch(self):
        """A response that goes on for as long as the client stays: one line a second."""
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Transfer-Encoding', 'chunked')
        self.send_header('X-Lab-Node', NODE)
        self.end_headers()
        number = 0
        while True:
            line = (json.dumps({'type': 'BOOKMARK', 'node': NODE, 'number': number}) + '\n').encode()
            self.wfile.write(b'%x\r\n%s\r\n' % (len(line), line))
            number += 1
            time.sleep(1)

    def do_GET(self):
        now = mode()
        path = self.path.split('?')[0]
        if now == 'hang':
            time.sleep(86400)
        elif now == '401':
            self.status(401, 'Unauthorized', 'Unauthorized')
        elif now == 'notready' and path in ('/readyz', '/healthz'):
            self.answer(500, '[+]ping ok\n[-]etcd failed: reason withheld\n' + path[1:] + ' check failed\n')
        elif path in ('/readyz', '/healthz', '/livez'):
            self.answer(200, 'ok')
        elif path == '/version':
            self.answer(200, json.dumps(VERSION), 'application/json')
        elif path == '/watch':
            self.watch()
        else:
            self.status(403, 'Forbidden', 'forbidden: User "system:anonymous" cannot get path "%s"' % path)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    request_queue_size = 512
    daemon_threads = True

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, request, client_address):
        # A client that goes away in the middle is everyday life for a server behind health checks.
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


Server(('::', PORT), Handler).serve_forever()
