/** The release of libostree whose command line and requests these are: what scripts and servers compare against. */
export const COMPATIBLE_VERSION = '2022.7';
