import * as z from 'zod'
import { bool, int, name, path, text } from './params.ts'

/** Parameters of all modules that ask a server for something. */
export const httpParams = {
  url: name.describe('http://, https://, ftp:// or file:// (a file on the host).'),
  headers: z.record(z.string(), text).optional().describe('Header lines to send, as a mapping.'),
  http_agent: text.default('ansible-httpget').describe('What the request says it comes from (User-Agent).'),
  url_username: text.optional().describe('User to log in as.'),
  url_password: text.optional().describe('Password of that user. It is on no command line, but for wget.'),
  force_basic_auth: bool
    .default(false)
    .describe('Send user and password at once, without waiting for a 401.'),
  validate_certs: bool.default(true).describe('Check the certificate of the server.'),
  client_cert: path.optional().describe("PEM file on the host with the client's certificate, and its key."),
  client_key: path
    .optional()
    .describe('PEM file on the host with the key, if it is not beside the certificate.'),
  use_proxy: bool.default(true).describe('Go through the proxy that the environment names.'),
}

export const httpTimeout = (seconds: number) =>
  int.default(seconds).describe('Seconds to connect, and to wait for each piece of the answer.')

/** What Ansible can say about requests and hakube cannot. */
export const unsupportedHttp = {
  use_gssapi: 'hakube cannot log in by Kerberos: use command with curl --negotiate',
  unredirected_headers: 'all headers are sent to where a redirect leads; use headers and the final URL',
  decompress: 'hakube asks for no compression and keeps what the server sends',
  ciphers: "the host's own settings of TLS hold",
  use_netrc: 'a .netrc is never read: write url_username and url_password',
} as const

export const httpNotes = [
  'The request is made on the host, with curl, python3 (or platform-python), perl (for https together with openssl) or wget, whichever comes first.',
  'On a host with nothing but wget, headers and passwords are on its command line; busybox wget cannot check certificates.',
]
