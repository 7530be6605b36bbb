// The demo's service: its errors, latency, health and manners at SIGTERM are set by environment variables.
//
//	VERSION      what it says it is
//	ERROR_RATE   share of requests answered with 500, such as 0.2
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
	pages.HandleFunc("/healthz", found.health)
	pages.HandleFunc("/metrics", found.metrics)
	server := &http.Server{Addr: ":8080", Handler: pages, ReadHeaderTimeout: 10 * time.Second}
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
	count := s.requests.Add(1)
	w.Header().Set("X-Version", s.version)
	// Spread evenly and without chance: of any n requests, n·rate fail.
	failed := math.Floor(float64(count)*s.errorRate) > math.Floor(float64(count-1)*s.errorRate)
	if failed {
		s.errors.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}
	fmt.Fprintln(w, s.version)
	s.observe(time.Since(began))
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
