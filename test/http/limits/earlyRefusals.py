"""Sends requests as Python's own clients do, and prints what they read. Arguments: client, address, requests as JSON."""

import http.client
import json
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def with_urllib(address, path, headers, body):
    request = urllib.request.Request(address + path, data=body, headers=headers, method='POST')
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def with_http_client(address, path, headers, body, encode_chunked=False):
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request('POST', path, body=body, headers=headers, encode_chunked=encode_chunked)
    answer = connection.getresponse()
    return answer.status, answer.read()


def in_chunks(address, path, headers, body):
    size = 65536
    pieces = (body[start : start + size] for start in range(0, len(body), size))
    chunked = {**headers, 'Transfer-Encoding': 'chunked'}
    return with_http_client(address, path, chunked, pieces, encode_chunked=True)


CLIENTS = {'urllib': with_urllib, 'http.client': with_http_client, 'http.client in chunks': in_chunks}


def main():
    client, address, requests = sys.argv[1:]
    results = []
    for request in json.loads(requests):
        body = request['fill'].encode() * request['times']
        status, text = CLIENTS[client](address, request['path'], request['headers'], body)
        results.append({'status': status, 'code': json.loads(text).get('code')})
    print(json.dumps(results))


main()
