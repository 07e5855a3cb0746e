package plugin

import (
	"context"
	"encoding/json"
)

// Limits of a plugin's storage.
const (
	MaxDocument = 256 << 10 // bytes of one document
	MaxStorage  = 10 << 20  // bytes of all documents of a plugin for one agent
)

// Document is a JSON value that a plugin keeps.
type Document struct {
	Key   string
	Value json.RawMessage
}

// Storage keeps JSON documents of a plugin for an agent, in collections, by
// key. They are in the server's database and go with the agent. Collections
// and keys are of 1 to 200 bytes.
type Storage interface {
	// Put stores documents together, or none of them; those with the keys take
	// the place of what was there. Error codes: NOT_FOUND (agent),
	// STORAGE_FULL, INVALID_REQUEST.
	Put(ctx context.Context, agent, collection string, documents ...Document) error
	// Get returns a document. Error code: NOT_FOUND.
	Get(ctx context.Context, agent, collection, key string) (json.RawMessage, error)
	// List returns at most limit documents, by key, behind the key after.
	List(ctx context.Context, agent, collection, after string, limit int) ([]Document, error)
	// Delete deletes those that are there and tells how many they were.
	Delete(ctx context.Context, agent, collection string, keys ...string) (int, error)
}
