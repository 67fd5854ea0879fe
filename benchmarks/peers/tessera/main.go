// Command tessera-bench measures how many entries a second Tessera's POSIX driver takes, from the
// first Add to the published checkpoint over the last.
//
//	tessera-bench DIR ENTRIES BATCH AGE_MS WORKERS
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"math"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	dir := os.Args[1]
	n := must(strconv.Atoi(os.Args[2]))
	batch := must(strconv.Atoi(os.Args[3]))
	age := must(strconv.Atoi(os.Args[4]))
	workers := must(strconv.Atoi(os.Args[5]))
	skey, _, err := note.GenerateKey(rand.Reader, "tessera.example/log")
	if err != nil {
		panic(err)
	}
	signer := must(note.NewSigner(skey))
	ctx := context.Background()
	driver := must(posix.New(ctx, posix.Config{Path: dir}))
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(uint(batch), time.Duration(age)*time.Millisecond).
		WithPushback(math.MaxInt32).
		WithCheckpointInterval(750 * time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		panic(err)
	}
	entries := make([][]byte, n)
	for i := range entries {
		entries[i] = make([]byte, 400)
		rand.Read(entries[i])
	}
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 20*time.Millisecond)
	begin := time.Now()
	var group sync.WaitGroup
	var last tessera.IndexFuture
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func(w int) {
			defer group.Done()
			for i := w; i < n; i += workers {
				future := appender.Add(ctx, tessera.NewEntry(entries[i]))
				if _, err := future(); err != nil {
					panic(err)
				}
				if i == n-1 {
					last = future
				}
			}
		}(w)
	}
	group.Wait()
	added := time.Since(begin)
	if _, _, err := await.Await(ctx, last); err != nil {
		panic(err)
	}
	published := time.Since(begin)
	fmt.Printf("tessera posix batch %d age %d ms workers %d: %.0f entries/s added, %.0f entries/s to the checkpoint\n",
		batch, age, workers, float64(n)/added.Seconds(), float64(n)/published.Seconds())
	shutdown(ctx)
}
