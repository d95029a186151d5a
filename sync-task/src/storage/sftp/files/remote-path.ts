/** Joins below the root; callers have checked the relative path. */
export function remotePath(root: string, path: string): Buffer {
  if (path === '') return Buffer.from(root === '' ? '/' : root);
  return Buffer.from(root.endsWith('/') ? `${root}${path}` : `${root}/${path}`);
}
