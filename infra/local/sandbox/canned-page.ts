import type { Reply } from './provider-side.ts';

const HTML = { 'content-type': 'text/html' };

const page = (status: number, title: string): Reply => ({
  status,
  headers: HTML,
  body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
});

/** What stands in front of a provider and answers in its place, in HTML. */
export const CANNED_PAGE = {
  notFound: page(404, 'Not Found'),
  badRequest: page(400, 'Bad Request'),
  forbidden: {
    status: 403,
    headers: { ...HTML, server: 'CloudFront', 'x-cache': 'Error from cloudfront' },
    body: '<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>\nRequest blocked.\n</BODY></HTML>\n',
  },
} as const satisfies Readonly<Record<string, Reply>>;
