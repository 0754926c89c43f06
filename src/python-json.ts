/** JSON as Python's json.dumps writes it: blanks behind , and : and nothing but ASCII. */
export function pyJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pyJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([key, item]) => `${pyJson(key)}: ${pyJson(item)}`)
    return `{${pairs.join(', ')}}`
  }
  const text = JSON.stringify(value) ?? 'null'
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
