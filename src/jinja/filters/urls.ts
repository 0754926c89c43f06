import { Mistake, suggestion } from '../mistakes.ts'
import type { Item, ItemDict } from '../things.ts'

/** The parts of a URL, as Python's urlsplit names them. */
export function splitUrl(url: string, query: string): Item {
  const parts = urlParts(url)
  if (query === '') return parts
  const part = parts.get(query)
  if (part !== undefined) return part
  throw new Mistake(`unknown URL component: ${query}`, {
    hint: suggestion(query, [...parts.keys()].map(String)) ?? `It knows: ${[...parts.keys()].join(', ')}.`,
  })
}

export function urlParts(url: string): ItemDict {
  // Python drops what browsers drop: blanks before the URL, and tabs and newlines in it.
  const clean = url.replace(/^[\0- ]+/, '').replaceAll(/[\t\r\n]/g, '')
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z\d+.-]*):)?([^]*)$/.exec(clean) ?? []
  const [, netloc, path = '', search, fragment] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/.exec(rest) ?? []
  const [, login, host = ''] = /^(?:([^]*)@)?([^@]*)$/.exec(netloc ?? '') ?? []
  const [, user = null, password = null] = /^([^:]*)(?::([^]*))?$/.exec(login ?? '') ?? []
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host) ?? []
  return new Map<string, Item>([
    ['fragment', fragment ?? ''],
    ['hostname', name === '' ? null : name.replaceAll(/^\[|\]$/g, '').toLowerCase()],
    ['netloc', netloc ?? ''],
    ['password', login === undefined ? null : password],
    ['path', path],
    ['port', port === undefined || port === '' ? null : Number(port)],
    ['query', search ?? ''],
    ['scheme', scheme.toLowerCase()],
    ['username', login === undefined ? null : user],
  ])
}
