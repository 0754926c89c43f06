/** Replaces a leading ~ by the home directory and $NAME or ${NAME} by variables that are set. */
export function expandPath(path: string, env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME']
  const tilde = home !== undefined && /^~(?=\/|$)/.test(path) ? home + path.slice(1) : path
  return tilde.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => env[braced ?? bare ?? ''] ?? whole,
  )
}
