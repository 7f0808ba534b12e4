export function compileCacheDirectory(environment?: NodeJS.ProcessEnv): string | undefined;
