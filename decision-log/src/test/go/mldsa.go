package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/mldsa"
)

const typeMLDSA44 = 6

// keyParts splits NAME+HASH+BASE64 and returns the name and the bytes after the type.
func keyParts(text string) (string, []byte, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return "", nil, fmt.Errorf("expected NAME+HASH+BASE64, got %q", text)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) == 0 || key[0] != typeMLDSA44 {
		return "", nil, fmt.Errorf("expected a key of type 6, got %q", text)
	}
	return parts[0], key[1:], nil
}

func keyID(name string, public []byte) uint32 {
	hash := sha256.Sum256(append([]byte(name+"\n\x06"), public...))
	return binary.BigEndian.Uint32(hash[:4])
}

// seed derives the public key from a private key's seed.
func seed(skey string) error {
	name, secret, err := keyParts(strings.TrimPrefix(strings.TrimSpace(skey), "PRIVATE+KEY+"))
	if err != nil {
		return err
	}
	key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), secret)
	if err != nil {
		return err
	}
	public := key.PublicKey().Bytes()
	typed := append([]byte{typeMLDSA44}, public...)
	fmt.Printf("%s+%08x+%s\n", name, keyID(name, public), base64.StdEncoding.EncodeToString(typed))
	return nil
}

// second verifies the ML-DSA-44 signature on a checkpoint: a cosigned_message of tlog-cosignature.
func second(dir, vkey string) error {
	name, encoded, err := keyParts(vkey)
	if err != nil {
		return err
	}
	public, err := mldsa.NewPublicKey(mldsa.MLDSA44(), encoded)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	text, signatures, _ := strings.Cut(string(data), "\n\n")
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil {
		return err
	}
	for _, line := range strings.Split(strings.TrimSuffix(signatures, "\n"), "\n") {
		words := strings.Split(line, " ")
		if len(words) != 3 || words[1] != name {
			continue
		}
		signature, err := base64.StdEncoding.DecodeString(words[2])
		if err != nil || len(signature) < 12 {
			return fmt.Errorf("malformed signature line %q", line)
		}
		if binary.BigEndian.Uint32(signature) != keyID(name, encoded) {
			continue
		}
		var message bytes.Buffer
		message.WriteString("subtree/v1\n\x00")
		message.WriteByte(byte(len(name)))
		message.WriteString(name)
		message.Write(signature[4:12])
		message.WriteByte(byte(len(lines[0])))
		message.WriteString(lines[0])
		message.Write(make([]byte, 8))
		message.Write(binary.BigEndian.AppendUint64(nil, size))
		message.Write(root)
		return mldsa.Verify(public, message.Bytes(), signature[12:], nil)
	}
	return fmt.Errorf("no signature of %s", name)
}
