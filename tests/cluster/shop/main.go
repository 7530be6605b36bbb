// The demo's service: its errors, latency, health and manners at SIGTERM are set by environment variables.
// It answers HTTP, and beside it gRPC without TLS: grpc.health.v1.Health/Check, whose every call that does not fail is served.
//
//	VERSION      what it says it is
//	ERROR_RATE   share of requests answered with 500, and of gRPC calls that end as UNAVAILABLE, such as 0.2
//	LATENCY      time to answer, such as 20ms
//	WORK         CPU time that each request burns, such as 8ms: the same on a slow machine and on a busy one
//	HOLD         MiB of memory that are held from the start
//	SICK_AFTER   time until the health check fails, such as 10s; never where absent
//	START        "fail": end at once with an error
//	ON_TERM      "exit": end at once; "drain" (default): finish what is open first
package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// The syscall package names only the other two.
const rusageThread = 1

// A gRPC message: not compressed, four bytes of length, and HealthCheckResponse{status: SERVING}.
var serving = []byte{0, 0, 0, 0, 2, 0x08, 0x01}

const unavailable = "14"

var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}

type shop struct {
	version   string
	errorRate float64
	latency   time.Duration
	work      time.Duration
	held      []byte
	sickAfter time.Duration
	started   time.Time
	requests  atomic.Int64
	errors    atomic.Int64
	calls     atomic.Int64
	callsLost atomic.Int64
	nanos     atomic.Int64
	observed  []atomic.Int64
}

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	if len(os.Args) > 1 && os.Args[1] == "pause" {
		<-stop
		return
	}
	if os.Getenv("START") == "fail" {
		log.Fatal("told not to start")
	}
	found := &shop{
		version:   os.Getenv("VERSION"),
		errorRate: number("ERROR_RATE"),
		latency:   duration("LATENCY"),
		work:      duration("WORK"),
		held:      held(int(number("HOLD"))),
		sickAfter: duration("SICK_AFTER"),
		started:   time.Now(),
		observed:  make([]atomic.Int64, len(buckets)+1),
	}
	serve(found, stop)
}

func serve(found *shop, stop <-chan os.Signal) {
	pages := http.NewServeMux()
	pages.HandleFunc("/", found.answer)
	pages.HandleFunc("POST /grpc.health.v1.Health/Check", found.call)
	pages.HandleFunc("/healthz", found.health)
	pages.HandleFunc("/metrics", found.metrics)
	spoken := new(http.Protocols)
	spoken.SetHTTP1(true)
	spoken.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: ":8080", Handler: pages, Protocols: spoken, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			log.Fatal(err)
		}
	}()
	<-stop
	if os.Getenv("ON_TERM") == "exit" {
		os.Exit(0)
	}
	limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		log.Print(err)
	}
}

func (s *shop) answer(w http.ResponseWriter, _ *http.Request) {
	began := time.Now()
	time.Sleep(s.latency)
	burn(s.work)
	w.Header().Set("X-Version", s.version)
	if s.fails(s.requests.Add(1)) {
		s.errors.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}
	fmt.Fprintln(w, s.version)
	s.observe(time.Since(began))
}

// call answers a gRPC call: its HTTP status is 200 whatever comes of it, and what came of it is told in the trailers.
func (s *shop) call(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	time.Sleep(s.latency)
	burn(s.work)
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("X-Version", s.version)
	if s.fails(s.calls.Add(1)) {
		s.callsLost.Add(1)
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", unavailable)
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", "told to fail")
		w.WriteHeader(http.StatusOK)
	} else {
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
		if _, err := w.Write(serving); err != nil {
			return
		}
	}
	s.observe(time.Since(began))
}

// fails is spread evenly and without chance: of any n requests, n·rate fail.
func (s *shop) fails(count int64) bool {
	return math.Floor(float64(count)*s.errorRate) > math.Floor(float64(count-1)*s.errorRate)
}

func (s *shop) health(w http.ResponseWriter, _ *http.Request) {
	if s.sickAfter > 0 && time.Since(s.started) > s.sickAfter {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func (s *shop) observe(span time.Duration) {
	s.nanos.Add(int64(span))
	place := 0
	for place < len(buckets) && span.Seconds() > buckets[place] {
		place++
	}
	s.observed[place].Add(1)
}

func (s *shop) metrics(w http.ResponseWriter, _ *http.Request) {
	errors, requests := s.errors.Load(), s.requests.Load()
	fmt.Fprintln(w, "# TYPE shop_requests_total counter")
	fmt.Fprintf(w, "shop_requests_total{code=\"200\"} %d\n", requests-errors)
	fmt.Fprintf(w, "shop_requests_total{code=\"500\"} %d\n", errors)
	lost, calls := s.callsLost.Load(), s.calls.Load()
	fmt.Fprintln(w, "# TYPE grpc_server_handled_total counter")
	fmt.Fprintf(w, "grpc_server_handled_total{grpc_code=\"OK\"} %d\n", calls-lost)
	fmt.Fprintf(w, "grpc_server_handled_total{grpc_code=\"Unavailable\"} %d\n", lost)
	fmt.Fprintln(w, "# TYPE shop_request_duration_seconds histogram")
	sum := int64(0)
	for place, bound := range buckets {
		sum += s.observed[place].Load()
		fmt.Fprintf(w, "shop_request_duration_seconds_bucket{le=\"%g\"} %d\n", bound, sum)
	}
	sum += s.observed[len(buckets)].Load()
	fmt.Fprintf(w, "shop_request_duration_seconds_bucket{le=\"+Inf\"} %d\n", sum)
	fmt.Fprintf(w, "shop_request_duration_seconds_sum %g\n", time.Duration(s.nanos.Load()).Seconds())
	fmt.Fprintf(w, "shop_request_duration_seconds_count %d\n", sum)
}

// burn uses CPU by the thread's own clock: what else runs on the machine does not count.
func burn(work time.Duration) {
	if work == 0 {
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var sum [sha256.Size]byte
	for until := used() + work; used() < until; {
		for round := 0; round < 100; round++ {
			sum = sha256.Sum256(sum[:])
		}
	}
}

// used is the CPU time of this thread.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// held is memory that was written to: what is only reserved is not used.
func held(mebibytes int) []byte {
	found := make([]byte, mebibytes<<20)
	for place := range found {
		found[place] = 1
	}
	return found
}

func number(name string) float64 {
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	found, err := strconv.ParseFloat(text, 64)
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return found
}

func duration(name string) time.Duration {
	text := os.Getenv(name)
	if text == "" {
		return 0
	}
	found, err := time.ParseDuration(text)
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return found
}
