// Google's Go libraries as a program uses them: whatever credentials they find by themselves.
//
//	clients oauth2|auth USERINFO [SCOPE ...]
//
// Each line of standard input is a step: `token`, `use` (asks who it is), `refresh`. Each is answered with one line of
// JSON. A token never leaves the process: its SHA-256 tells two of them apart.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"cloud.google.com/go/auth/credentials"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// A library: what hands out its token, cached as the library caches it.
type source func() (string, error)

type answer struct {
	OK     bool   `json:"ok"`
	Token  string `json:"token,omitempty"`
	Status int    `json:"status,omitempty"`
	Email  string `json:"email,omitempty"`
	Error  string `json:"error,omitempty"`
}

// golang.org/x/oauth2/google
func fromOauth2(scopes []string) (source, error) {
	found, err := google.FindDefaultCredentials(context.Background(), scopes...)
	if err != nil {
		return nil, err
	}
	tokens := oauth2.ReuseTokenSource(nil, found.TokenSource)
	return func() (string, error) {
		token, err := tokens.Token()
		if err != nil {
			return "", err
		}
		return token.AccessToken, nil
	}, nil
}

// cloud.google.com/go/auth
func fromAuth(scopes []string) (source, error) {
	found, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: scopes})
	if err != nil {
		return nil, err
	}
	return func() (string, error) {
		token, err := found.Token(context.Background())
		if err != nil {
			return "", err
		}
		return token.Value, nil
	}, nil
}

func use(address string, tokens source) (answer, error) {
	token, err := tokens()
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	client := http.Client{Timeout: 20 * time.Second}
	reply, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer reply.Body.Close()
	var who struct{ Email string }
	if err := json.NewDecoder(reply.Body).Decode(&who); err != nil {
		return answer{}, err
	}
	return answer{Status: reply.StatusCode, Email: who.Email}, nil
}

func token(tokens source) (answer, error) {
	text, err := tokens()
	if err != nil {
		return answer{}, err
	}
	sum := sha256.Sum256([]byte(text))
	return answer{Token: hex.EncodeToString(sum[:])}, nil
}

func main() {
	library, address, scopes := os.Args[1], os.Args[2], os.Args[3:]
	find := map[string]func([]string) (source, error){"oauth2": fromOauth2, "auth": fromAuth}[library]
	var tokens source
	step := func(name string) (answer, error) {
		// Neither library has a way to throw a token away early: a new beginning is how a program gets another.
		if tokens == nil || name == "refresh" {
			var err error
			if tokens, err = find(scopes); err != nil {
				return answer{}, err
			}
		}
		if name == "use" {
			return use(address, tokens)
		}
		return token(tokens)
	}
	failed := false
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		reply, err := step(strings.TrimSpace(lines.Text()))
		if reply.OK = err == nil; err != nil {
			reply.Error = err.Error()
		}
		failed = !reply.OK
		text, err := json.Marshal(reply)
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
	if failed {
		os.Exit(1)
	}
}
