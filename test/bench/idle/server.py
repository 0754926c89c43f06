"""An API server that can be silent, in the network of a node: TLS on PORT, without any time-out of its own.

  /readyz              200
  /silent?seconds=N    the head of an answer at once, as a watch gives it, and its only line after N seconds
"""

import http.server
import socket
import ssl
import sys
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def setup(self):
        # In the connection's own thread: a slow handshake must not stop the others.
        self.request = TLS.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self):
        path, _, query = self.path.partition('?')
        if path == '/silent':
            self.send_response(200)
            self.send_header('Content-Length', '6')
            self.end_headers()
            time.sleep(float(urllib.parse.parse_qs(query)['seconds'][0]))
            self.wfile.write(b'alive\n')
            return
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    request_queue_size = 128
    daemon_threads = True

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def handle_error(self, *_):
        pass  # A client that goes away is everyday life.


TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TLS.load_cert_chain('/opt/lab/pki/lab.crt', '/opt/lab/pki/lab.key')
Server(('::', int(sys.argv[1])), Handler).serve_forever()
