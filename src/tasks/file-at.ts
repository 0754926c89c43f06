import type { FileContent } from './file-content.ts'

/** The file at this path with this content, whoever wrote it before; what a link there leads to is written, not the link. */
export function fileAt(dest: string, content: Buffer, more: Partial<FileContent> = {}): FileContent {
  return {
    dest,
    name: undefined,
    source: undefined,
    content,
    force: true,
    follow: true,
    backup: false,
    ...more,
  }
}
