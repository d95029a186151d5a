/** What options say of storages, by the scheme of their URLs. */

/** Storages that speak HTTP to a web service, and keep objects in buckets. */
export const clouds: readonly string[] = ['s3', 'az', 'gs'];

/** For messages, in this order. */
export const storageNames: Readonly<Record<string, string>> = {
  sftp: 'SFTP',
  s3: 'S3',
  az: 'Azure',
  gs: 'Google Cloud',
};
