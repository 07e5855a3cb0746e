//go:build !linux

package program

func bound(int) {}
