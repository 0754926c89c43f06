/** The World's key of a path, looked at itself or, with follow, at what is behind the links. */
export function pathKey(path: string, follow = false): string {
  const normal = normalPath(path)
  if (!follow) return normal
  return normal === '/' ? '/.' : `${normal}/.`
}

/** The same path without repeated and trailing slashes and without `.` parts. `..` stays: links may be before it. */
export function normalPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return `/${parts.join('/')}`
}

/** The directory that holds this path. */
export function parentPath(path: string): string {
  const normal = normalPath(path)
  return normal.slice(0, normal.lastIndexOf('/')) || '/'
}

/** All directories above this path, the topmost first, without the root. */
export function ancestors(path: string): string[] {
  const out: string[] = []
  for (let parent = parentPath(path); parent !== '/'; parent = parentPath(parent)) out.unshift(parent)
  return out
}

/** The last part of a path. */
export function baseName(path: string): string {
  const normal = normalPath(path)
  return normal.slice(normal.lastIndexOf('/') + 1)
}

/** A path below a directory. */
export function joinPath(directory: string, name: string): string {
  return normalPath(`${directory}/${name}`)
}

/** Whether a path is below a directory. */
export function isAbove(directory: string, path: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`)
}
