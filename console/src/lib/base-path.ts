const said = document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '';

/** What stands before every path of the service behind a proxy; empty mostly. In development nobody has filled it in. */
export const basePath = said.startsWith('/') ? said : '';
