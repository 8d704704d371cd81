package localserver

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

var soakSeed = flag.Uint64("soak-seed", 0, "seed of TestSoak; 0 for a random one")

// What the soak is made of: clients that together send that many requests in an hour of the bubble's clock.
const (
	soakClients  = 16
	soakRequests = 100_000
	soakTime     = time.Hour
)

// weather is a system whose sessions are short, which is slow at times and away at others.
type weather struct {
	mu     sync.Mutex
	random *rand.Rand
	// awayUntil ends an outage; nextOutage begins the next.
	awayUntil, nextOutage time.Time
	// until is when the last session that was opened ends.
	until  time.Time
	opened int
}

func (w *weather) open(ctx context.Context) (driver.Session, error) {
	w.mu.Lock()
	takes, lifetime := time.Duration(w.random.Int64N(int64(5*time.Second))), 2*time.Minute+time.Duration(w.random.Int64N(int64(10*time.Minute)))
	w.mu.Unlock()
	select {
	case <-ctx.Done():
		return driver.Session{}, ctx.Err()
	case <-time.After(takes):
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	if now.After(w.nextOutage) {
		w.awayUntil = now.Add(time.Duration(w.random.Int64N(int64(4 * time.Minute))))
		w.nextOutage = w.awayUntil.Add(time.Duration(w.random.Int64N(int64(10 * time.Minute))))
	}
	if now.Before(w.awayUntil) {
		return driver.Session{}, fault.New(fault.Unavailable, "the system is away")
	}
	w.opened++
	w.until = now.Add(lifetime)
	return driver.Session{
		AccessKeyID: "ASIA" + strconv.Itoa(w.opened), SecretAccessKey: "secret", SessionToken: "token", Expiration: w.until,
	}, nil
}

func (w *weather) hasSession() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Before(w.until)
}

// An hour of many clients, on a system that comes and goes: no request hangs or gets expired credentials, none is refused
// while there is a valid session, few sessions are opened, and nothing piles up.
func TestSoak(t *testing.T) {
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("to run this again: -soak-seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		w := &weather{random: rand.New(rand.NewPCG(seed, 0)), nextOutage: time.Now().Add(5 * time.Minute)}
		ctx, end := context.WithCancel(t.Context())
		defer end()
		logged := &log{w: io.Discard}
		h := &handler{cache: NewCache(ctx, w.open, logged.line), log: logged,
			guard: newGuard("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8094}, "the-token", false)}
		if _, err := h.cache.Get(ctx); err != nil {
			t.Fatal(err)
		}
		before := heap()
		var clients sync.WaitGroup
		var answers [2]atomic.Int32 // with credentials, with a reason why there are none
		for n := range soakClients {
			client := &soakClient{t: t, h: h, w: w, random: rand.New(rand.NewPCG(seed, uint64(n)+1))}
			clients.Go(func() { client.run(&answers) })
		}
		clients.Wait()
		synctest.Wait()
		if grown := int64(heap()) - int64(before); grown > 4<<20 {
			t.Errorf("the heap has grown by %d bytes", grown)
		}
		good, bad := answers[0].Load(), answers[1].Load()
		t.Logf("%d answers with credentials, %d without, %d sessions", good, bad, w.opened)
		if good < soakRequests/2 || w.opened < 5 || w.opened > 100 {
			t.Errorf("%d answers with credentials, %d without, from %d sessions", good, bad, w.opened)
		}
	})
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// soakClient sends requests, good and bad ones, and at times goes before the answer.
type soakClient struct {
	t      *testing.T
	h      *handler
	w      *weather
	random *rand.Rand
}

func (c *soakClient) run(answers *[2]atomic.Int32) {
	const requests = soakRequests / soakClients
	for range requests {
		time.Sleep(time.Duration(c.random.Int64N(int64(2 * soakTime / requests))))
		switch c.random.IntN(20) {
		case 0:
			c.expect(c.ask("/container", "wrong"), http.StatusUnauthorized)
		case 1:
			c.expect(c.ask("/nowhere", ""), http.StatusNotFound)
		case 2:
			ctx, leave := context.WithTimeout(c.t.Context(), time.Duration(c.random.Int64N(int64(time.Second))))
			c.h.ServeHTTP(httptest.NewRecorder(), c.request("/", "").WithContext(ctx))
			leave()
		case 3, 4, 5:
			c.check(c.ask("/container", "the-token"), answers)
		default:
			c.check(c.ask("/", ""), answers)
		}
	}
}

func (c *soakClient) request(path, token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "localhost:8094"
	if token != "" {
		r.Header.Set("Authorization", token)
	}
	return r
}

func (c *soakClient) ask(path, token string) *httptest.ResponseRecorder {
	had, begin := c.w.hasSession(), time.Now()
	answer := httptest.NewRecorder()
	c.h.ServeHTTP(answer, c.request(path, token))
	switch waited := time.Since(begin); {
	case waited > refreshTimeout:
		c.t.Errorf("a request took %s", waited)
	case had && waited > 0 && answer.Code == http.StatusOK:
		c.t.Errorf("a request waited %s although there was a valid session", waited)
	case had && waited == 0 && answer.Code == http.StatusInternalServerError:
		c.t.Errorf("a request was refused although there was a valid session: %s", answer.Body)
	}
	return answer
}

func (c *soakClient) expect(answer *httptest.ResponseRecorder, status int) {
	if answer.Code != status {
		c.t.Errorf("the answer is %d, want %d", answer.Code, status)
	}
}

func (c *soakClient) check(answer *httptest.ResponseRecorder, answers *[2]atomic.Int32) {
	var document struct {
		AccessKeyId, Expiration string //nolint:revive,staticcheck // the document's own names
	}
	if answer.Code != http.StatusOK {
		c.expect(answer, http.StatusInternalServerError)
		answers[1].Add(1)
		return
	}
	answers[0].Add(1)
	if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil {
		c.t.Errorf("%s: %v", answer.Body, err)
	}
	expires, err := time.Parse(time.RFC3339, document.Expiration)
	// The container's form has whole seconds.
	if err != nil || document.AccessKeyId == "" || time.Now().After(expires.Add(time.Second)) {
		c.t.Errorf("at %s the answer was %s (%v)", time.Now(), answer.Body, err)
	}
}
