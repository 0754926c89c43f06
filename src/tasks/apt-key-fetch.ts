import { fetchScript } from '../http/fetch-script.ts'
import { lines, Script, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import type { Plan, Result } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { parentPath } from '../world/path-names.ts'
import { type Keyrings, NEW_FILE, ownedBy } from './apt-keyring.ts'
import { withDownload } from './file-content.ts'
import type { KeySource } from './key-source.ts'

/** The key is fetched only now; that it is the one with this ID shows in its signatures. */
export function planFetch(
  source: KeySource | undefined,
  id: string,
  target: string,
  keyrings: Keyrings,
  result: Result,
): Plan {
  if (source?.type !== 'url') return { status: 'fail', message: `the key is not ${id}` }
  const { request, shown } = source
  const file = keyrings.get(target)
  const { mode, uid, gid, owner, group } = file ?? NEW_FILE
  const before = Buffer.concat(file?.keys.map(({ bytes }) => bytes) ?? [])
  return {
    status: 'change',
    summary: `fetch the key ${id} into ${target}`,
    diff: [{ type: 'fields', subject: target, fields: [{ name: id, before: 'absent', after: 'present' }] }],
    apply: withDownload(
      lines(
        fetchScript(request, { directory: parentPath(target) }),
        addDownloaded(before, id, target, shown),
        writeFiles([
          {
            path: target,
            content: { path: new Script('"$hk_download"'), sha256: new Script('"$hk_sha256"') },
            mode,
            ...ownedBy(uid, gid),
          },
        ]),
      ),
    ),
    timeout: 120,
    effects: [pathBecomes(target, { type: 'file', mode, uid, gid, owner, group })],
    result,
  }
}

/** Makes "$hk_download" the keyring: the packets that it has, and those of the key, as bytes or as text. */
function addDownloaded(before: Buffer, id: string, target: string, shown: string): Script {
  const all = sh`{ printf %s ${before.toString('base64')} | base64 -d && printf %s "$hk_key" | base64 -d; }`
  const text = sh`{ printf '%s\n\n' '-----BEGIN PGP PUBLIC KEY BLOCK-----'; ${all} | base64; echo '-----END PGP PUBLIC KEY BLOCK-----'; }`
  return lines(
    BYTES_OF_KEY,
    sh`printf %s "$hk_key" | base64 -d | od -An -v -tx1 | tr -d ' \n' | grep -q ${id.slice(-16).toLowerCase()} ||
  { printf '%s\n' ${`the key at ${shown} is not ${id}`} >&2; exit 1; }
${target.endsWith('.asc') ? text : all} >"$hk_download" || exit 1
hk_sha256=$(sha256sum <"$hk_download" | cut -d ' ' -f 1)`,
  )
}

/** $hk_key: the packets in "$hk_download", which may be text in one block or several; base64. */
const BYTES_OF_KEY = new Script(`hk_blocks() {
  hk_part=
  tr -d '\\r' | while IFS= read -r hk_line || [ -n "$hk_line" ]; do
    case $hk_part,$hk_line in
    *,'-----BEGIN PGP PUBLIC KEY BLOCK-----'*) hk_part=head hk_text= ;;
    body,'-----END PGP PUBLIC KEY BLOCK-----'*) printf %s "$hk_text" | base64 -d || exit 1; hk_part= ;;
    head,*[![:blank:]]*) ;;
    head,*) hk_part=body ;;
    body,=*) ;;
    body,*) hk_text=$hk_text$hk_line ;;
    esac
  done
}
if grep -q '^-----BEGIN PGP PUBLIC KEY BLOCK-----' "$hk_download"; then
  hk_key=$(hk_blocks <"$hk_download" | base64) || exit 1
else
  hk_key=$(base64 <"$hk_download") || exit 1
fi`)
