namespace PgWorkflows.Protection.Tests;

/// <summary>
/// The programs of <see cref="FailingServices"/>: sc, the service manager behind it, pg_ctl and psql. Each looks for a fault before it does its work.
/// A command can be killed at any moment and only a manager changes what a service is, so no end of a command leaves a service half way.
/// </summary>
internal static class FailingPrograms
{
    /// <summary>A hung command is ended by its limit, or ends by itself when nobody is left who would end it.</summary>
    private const string Hang = "exec sleep 6";

    // "fault.KIND" holds for the one who meets it first (once), or until its time is over; what remains of its line is told to the caller as $word.
    private const string Fault = """
        fault() {
            [ -e "fault.$1" ] && read -r until word < "fault.$1" || return 1
            if [ "$until" = once ]; then rm "fault.$1" 2>/dev/null; else [ "$(date +%s%3N)" -lt "$until" ]; fi
        }
        """;

    /// <summary>
    /// sc: a start or stop is written down before anything else happens, with the time in microseconds, and once more with its answer. Where it is
    /// refused it says so as Microsoft's does (tests/fixtures/windows/public), with the low 8 bits of the number as exit code.
    /// </summary>
    /// <param name="folder">Where the programs are.</param>
    /// <param name="pause">The seconds between the command and its answer.</param>
    public static string Sc(string folder, string pause) => $$"""
        {{Fault}}
        cd '{{folder}}/'"$2" || exit 1
        if [ "$1" = query ]; then
            if fault hang-query; then {{Hang}}; fi
            read -r state < state
            printf '\r\nSERVICE_NAME: %s \r\n        TYPE               : 10  WIN32_OWN_PROCESS  \r\n        STATE              : %s \r\n        WIN32_EXIT_CODE    : 0  (0x0)\r\n' "$2" "$state"
            exit 0
        fi
        now=$(date +%s%6N)
        echo "$now $1 issued" >> log
        if fault "hang-$1"; then echo "$now $1 hung" >> log; {{Hang}}; fi
        sleep {{pause}}
        if fault "refuse-$1"; then
            answer=$word
        else
            (setsid '{{folder}}/manager' "$1" "$PWD" "$now" < /dev/null > /dev/null 2>&1 &)
            until [ -e "answer.$now" ]; do sleep 0.01; done
            read -r answer < "answer.$now"
        fi
        echo "$now $1 $answer" >> log
        if [ "$answer" = accepted ]; then
            printf '\r\nSERVICE_NAME: %s \r\n        FLAGS              : \r\n' "$2"
            exit 0
        fi
        if [ "$1" = start ]; then request=StartService; else request=ControlService; fi
        case $answer in
        1053) sentence='The service did not respond to the start or control request in a timely fashion.' ;;
        1056) sentence='An instance of the service is already running.' ;;
        1058) sentence='The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.' ;;
        1061) sentence='The service cannot accept control messages at this time.' ;;
        1062) sentence='The service has not been started.' ;;
        esac
        printf '[SC] %s FAILED %s:\r\n\r\n%s\r\n\r\n' "$request" "$answer" "$sentence"
        exit $((answer & 255))
        """;

    /// <summary>
    /// The service manager: takes a request or refuses it, answers, and carries it out a little later, whoever has died meanwhile. A service's
    /// postmaster is a shell by the name of postgres that waits in the data directory, so that looking for the process finds one.
    /// </summary>
    /// <param name="folder">Where the programs are.</param>
    /// <param name="pause">The seconds between its answer and what it was told to do.</param>
    public static string Manager(string folder, string pause) => $$"""
        cd "$2" || exit 1
        become() { echo "$1" > state.new; mv state.new state; }
        lock() { until (set -C; : > lock) 2>/dev/null; do sleep 0.01; done; }
        lock
        read -r state < state
        answer=accepted
        case "$1 $state" in
        'start 1'*) become '2  START_PENDING' ;;
        'stop 4'*) become '3  STOP_PENDING' ;;
        'start 2'* | 'stop 3'*) answer=1061; echo "$3 $1 overlap" >> log ;;
        'start '*) answer=1056 ;;
        'stop 1'*) answer=1062 ;;
        *) answer=1061 ;;
        esac
        rm lock
        echo $answer > "answer.$3.new"
        mv "answer.$3.new" "answer.$3"
        [ $answer = accepted ] || exit 0

        sleep {{pause}}
        lock
        if [ "$1" = start ]; then
            rm -f data/postmaster.pid
            [ -p idle ] || mkfifo idle
            (cd data && exec '{{folder}}/postgres' -c '
                printf "%s\n%s\n%s\n%s\n\n\n\nready\n" $$ "$PWD" "$(date +%s)" "$(cat ../port)" > postmaster.pid.new
                mv postmaster.pid.new postmaster.pid
                read -r never <> ../idle' &)
            until [ -e data/postmaster.pid ]; do sleep 0.01; done
            : > up
            become '4  RUNNING'
        else
            # One that has died before may have left its pid to somebody else.
            if [ -e up ]; then read -r pid < data/postmaster.pid && kill -KILL "$pid"; fi
            rm -f up data/postmaster.pid
            become '1  STOPPED'
        fi
        rm lock
        """;

    public const string PgCtl = """
        cd "$3/.." || exit 1
        if [ -e up ]; then
            printf 'pg_ctl: server is running (PID: 1)\n/x/postgres "-D" "%s" "-p" "%s"\n' "$3" "$(cat port)"
            exit 0
        fi
        echo 'pg_ctl: no server running'
        exit 3
        """;

    /// <summary>psql: finds its server by the port, and fails as one that gets no connection.</summary>
    public static string Psql(string folder) => $$"""
        {{Fault}}
        cd '{{folder}}/port-'"$2" || exit 1
        if fault hang-psql; then {{Hang}}; fi
        if fault refuse-psql; then :; elif [ -e up ]; then echo rows; exit 0; else word='Connection refused'; fi
        echo "psql: error: connection to server at \"127.0.0.1\", port $2 failed: $word" >&2
        exit 2
        """;
}
