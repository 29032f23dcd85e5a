"""A relay whose side towards the server can stop reading, with the smallest buffer the system gives, so that the
server's own queue fills soon. Prints its port; obeys "stop", "go" and "count" on standard input."""
import asyncio
import json
import socket
import sys

server_port = int(sys.argv[1])
going = asyncio.Event()
received = []


async def copy(loop, source, target, number=None):
    try:
        while True:
            if number is not None:
                await going.wait()
            data = await loop.sock_recv(source, 65536)
            if not data:
                break
            if number is not None:
                received[number] += len(data)
            await loop.sock_sendall(target, data)
    except OSError:
        pass


async def relay(loop, client):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server.setblocking(False)
    await loop.sock_connect(server, ("127.0.0.1", server_port))
    received.append(0)
    ways = [loop.create_task(copy(loop, client, server)), loop.create_task(copy(loop, server, client, len(received) - 1))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    client.close()
    server.close()


async def accept(loop, listener):
    while True:
        client, _ = await loop.sock_accept(listener)
        client.setblocking(False)
        loop.create_task(relay(loop, client))


async def main():
    loop = asyncio.get_running_loop()
    going.set()
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    loop.create_task(accept(loop, listener))
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if line == "stop":
            going.clear()
        elif line == "go":
            going.set()
        print(json.dumps(received), flush=True)


asyncio.run(main())
