// Command goecho is what gRPC in Go costs by itself: it answers every message with one of a fixed size.
//
// Usage: goecho REPLY_BYTES. It runs on one core and prints "echo listening on HOST:PORT".
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"runtime"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: goecho REPLY_BYTES")
	}
	size, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	runtime.GOMAXPROCS(1)
	overhead := 2
	if size >= 130 {
		overhead = 3
	}
	reply := wrapperspb.Bytes(make([]byte, max(1, size-overhead)))
	unary := func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		return reply, decode(new(wrapperspb.BytesValue))
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "ostiary.bench.Echo",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Unary", Handler: unary}},
	}, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("echo listening on", listener.Addr())
	log.Fatal(server.Serve(listener))
}
