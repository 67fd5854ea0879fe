// Command logcheck holds a log directory against implementations that are not ours: Go's tlog and note
// packages and Tessera's fsck. It can also write a log with Tessera, for our verifier to check.
//
//	logcheck check DIR VKEY    exit code 0 if all of them accept the log in DIR
//	logcheck second DIR VKEY   exit code 0 if the checkpoint in DIR has a valid ML-DSA-44 signature of VKEY
//	logcheck seed SKEY         prints the verifier key that belongs to an ML-DSA-44 key file's line
//	logcheck write DIR N       writes N entries with Tessera and prints the verifier key
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "check":
		err = check(os.Args[2], os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "second":
		err = second(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "seed":
		err = seed(os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "write":
		err = write(os.Args[2], os.Args[3])
	default:
		err = fmt.Errorf("expected check, second, seed or write")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// checkpoint opens a signed checkpoint with Go's note package.
func checkpoint(file string, verifier note.Verifier) (tlog.Tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%s: %w", file, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("%s: expected origin, size and root, got %q", file, opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return tlog.Tree{}, err
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree, nil
}

// tiles reads tiles of height 8 from a directory, for tlog.TileHashReader.
type tiles string

func (d tiles) Height() int { return 8 }

func (d tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(d), path))
		if err != nil && tile.W < 256 {
			full, _, _ := strings.Cut(path, ".p/")
			data, err = os.ReadFile(filepath.Join(string(d), full))
			if err == nil {
				data = data[:tile.W*tlog.HashSize]
			}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (d tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func check(dir, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	tree, err := checkpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles(dir))
	if root, err := tlog.TreeHash(tree.N, hashes); err != nil || root != tree.Hash {
		return fmt.Errorf("tlog: expected root %v, got %v: %v", tree.Hash, root, err)
	}
	if err := entries(dir, tree, hashes); err != nil {
		return err
	}
	if err := kept(dir, tree, hashes, verifier); err != nil {
		return err
	}
	return tesseraCheck(dir, verifier)
}

// entries proves the inclusion of each entry of every bundle's first and last place.
func entries(dir string, tree tlog.Tree, hashes tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += 256 {
		width := min(256, tree.N-start)
		path := bundlePath(start/256, width)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return fmt.Errorf("%s: cut short at entry %d", path, i)
			}
			length := int(binary.BigEndian.Uint16(data))
			leaf := tlog.RecordHash(data[2 : 2+length])
			data = data[2+length:]
			if i != 0 && i != width-1 {
				continue
			}
			proof, err := tlog.ProveRecord(tree.N, start+i, hashes)
			if err != nil {
				return err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, start+i, leaf); err != nil {
				return fmt.Errorf("%s: entry %d: %w", path, start+i, err)
			}
		}
		if len(data) != 0 {
			return fmt.Errorf("%s: %d bytes after the last entry", path, len(data))
		}
	}
	return nil
}

func bundlePath(n, width int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "tile/entries/" + path
}

// kept proves that each kept checkpoint is a prefix of the log.
func kept(dir string, tree tlog.Tree, hashes tlog.HashReader, verifier note.Verifier) error {
	files, err := filepath.Glob(filepath.Join(dir, "checkpoints", "*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		older, err := checkpoint(file, verifier)
		if err != nil {
			return err
		}
		if older.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, older.N, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func tesseraCheck(dir string, verifier note.Verifier) error {
	leaves := func(bundle []byte) ([][]byte, error) {
		var entries api.EntryBundle
		if err := entries.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var hashes [][]byte
		for _, entry := range entries.Entries {
			hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
		}
		return hashes, nil
	}
	source := &client.FileFetcher{Root: dir}
	return fsck.New(verifier.Name(), verifier, source, leaves, fsck.Opts{N: 2}).Check(context.Background())
}

func write(dir, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, "tessera.example/log")
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	ctx := context.Background()
	driver, err := posix.New(ctx, posix.Config{Path: dir})
	if err != nil {
		return err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithBatching(256, 50*time.Millisecond).
		WithCheckpointInterval(100 * time.Millisecond)
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return err
	}
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	var last tessera.IndexFuture
	for i := 0; i < n; i++ {
		last = appender.Add(ctx, tessera.NewEntry([]byte(fmt.Sprintf("tessera entry %d", i))))
	}
	if last != nil {
		if _, _, err := await.Await(ctx, last); err != nil {
			return err
		}
	}
	if err := shutdown(ctx); err != nil {
		return err
	}
	fmt.Println(vkey)
	return nil
}
