// Viewer request of the live tail: a WebSocket API has no path below its stage, so the project moves into the query string.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) {
  var request = event.request;
  var project = request.uri.slice('/api/v1/live-logs/ws/'.length);
  if (project) request.querystring.project = { value: project };
  request.uri = '/live';
  return request;
}
