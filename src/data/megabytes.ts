/** Bytes as downloads are told of: '17.5 MB'. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
