import * as z from 'zod'
import { httpFunction } from '../http/client.ts'
import { fetchScript, readFetched } from '../http/fetch-script.ts'
import { fileNameOf, isElsewhere, readRequest, withoutPassword } from '../http/request.ts'
import { defineTask, type Result } from '../task.ts'
import { joinPath, parentPath } from '../world/path-names.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { type Checksum, readChecksum } from './checksum.ts'
import { fileFailure, fileResult } from './file-content.ts'
import { type GetUrl, getQuestions, planGet } from './get-url-plan.ts'
import { httpNotes, httpParams, httpTimeout, unsupportedHttp } from './http-params.ts'
import { bool, path, text } from './params.ts'

export default defineTask({
  name: 'get_url',
  aliases: ['ansible.builtin.get_url', 'ansible.legacy.get_url'],
  summary: 'Download a file to the host.',
  kind: () => 'state',
  params: z.strictObject({
    dest: path.describe(
      'Where to: a file, or a directory, in which the file gets the name that the URL ends in.',
    ),
    ...httpParams,
    checksum: text
      .optional()
      .describe('algorithm:digest, or algorithm:URL of a file with digests; md5, sha1, sha256 or sha512.'),
    force: bool
      .default(false)
      .describe('Ask for the file even if the server would say that it has not changed.'),
    backup: bool.default(false).describe('Keep the old file beside the new one, with the time in its name.'),
    tmp_dest: path.optional().describe('Directory for the download until it is whole; that of dest.'),
    timeout: httpTimeout(10),
    ...attributeParams,
  }),
  paramAliases: { username: 'url_username', password: 'url_password' },
  unsupported: { ...unsupportedAttributes, ...unsupportedHttp },
  beyond: ({ url, checksum = '' }) =>
    isElsewhere(url) || (hasList(checksum) && isElsewhere(checksum.replace(/^\w+:/, ''))),
  late: ({ checksum = '', url }) => (checksum === '' ? !url.startsWith('file:') : hasList(checksum)),
  example: `
- name: Have the archive of etcd
  get_url:
    url: https://example.com/etcd-v3.5.9-linux-amd64.tar.gz
    dest: /opt/etcd.tar.gz
    checksum: sha256:e59017044eb776597eca480432081c5bb26f318ad292967029af1f62b588b042
    mode: "0644"
`,
  returns: {
    url: 'where the file comes from',
    dest: 'where it is',
    status_code: 'status of the answer',
    msg: 'what the server said, with the size',
    checksum_src: 'SHA-1 of what was downloaded',
    checksum_dest: 'SHA-1 of what was there before, or none',
    md5sum: 'MD5 of the file',
    backup_file: 'where the old file is kept',
    elapsed: 'seconds that the download took',
  },
  notes: [
    'A file that has the checksum is not asked for. Without a checksum the server is asked with HEAD whether it has a newer one (but with force: If-Modified-Since). Where it cannot tell and the size is the same, the file is fetched and compared before anything is written, and check mode says that it would run.',
    'In a directory the file always has the name that the URL ends in; the name that a server proposes (Content-Disposition) is not looked at.',
    'A download with another checksum is thrown away: the old file stays, where Ansible removes it.',
    ...httpNotes,
  ],
  prepare(params): GetUrl {
    const request = readRequest('get_url', params)
    const checksum: Checksum | undefined =
      params.checksum === undefined || params.checksum === ''
        ? undefined
        : readChecksum('get_url', params.checksum, params)
    const { dest, backup, mode, owner, group, force, tmp_dest: temporary } = params
    const directory = temporary ?? (dest.endsWith('/') ? dest : parentPath(dest))
    return {
      request,
      shown: withoutPassword(params.url),
      name: fileNameOf(request.url),
      checksum,
      force,
      file: { dest, backup, mode, owner, group },
      fetch: (known, at, kept) =>
        fetchScript(request, {
          directory: temporary ?? (at === dest ? directory : parentPath(at)),
          checksum: known,
          kept,
        }),
      look: httpFunction('hk_http', { ...request, method: 'HEAD' }),
      at: (inside) => (inside ? joinPath(dest, fileNameOf(request.url)) : dest),
    }
  },
  asks: getQuestions,
  plan: planGet,
  result({ request }, output): Result {
    const found = readFetched(output.stdout.toString('latin1'))
    if (found.size === 0) return {}
    const status = /HTTP\/[\d.]+ (\d{3})(?: (.*))?/g
    const last = [...(found.get('heads') ?? '').matchAll(status)].at(-1)
    return {
      ...fileResult(output),
      url: request.url,
      ...(found.has('size') && {
        checksum_src: found.get('sha1') ?? null,
        md5sum: found.get('md5') ?? null,
        size: Number(found.get('size')),
      }),
      elapsed: Number(found.get('elapsed') ?? 0),
      status_code: last ? Number(last[1]) : null,
      msg: `${last?.[2]?.trim() || 'OK'}${found.has('size') ? ` (${found.get('size')} bytes)` : ''}`,
      ...(found.has('unchanged') && { changed: false }),
    }
  },
  failure: ({ file }, output) => fileFailure(file.dest, output),
})

/** Whether the digest is in a file of some server. */
function hasList(checksum: string): boolean {
  return /^\w+:\w+:\//.test(checksum)
}
