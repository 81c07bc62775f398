namespace PgWorkflows.Server.Access;

/// <summary>
/// Counts attempts to sign in, by user and by address. An attempt counts as failed from its beginning, so a hundred at once do not slip through
/// between counting and checking; success takes it back.
/// </summary>
internal sealed class SignInGuard(TimeProvider time)
{
    public const int FailuresOfUser = 5;
    public const int FailuresOfAddress = 20;
    public const int AttemptsPerMinute = 10;

    /// <summary>Failures count for so long, and so long lasts a lock-out.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(1);

    /// <summary>Bounds the memory that strangers can make us use; the oldest entries go first.</summary>
    private const int MostEntries = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Track> _tracks = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Begins an attempt.</summary>
    /// <returns>Null when it may go on, else how long to wait.</returns>
    public TimeSpan? Begin(string user, string address)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var (ofUser, ofAddress) = (TrackOf("user " + user, now), TrackOf("address " + address, now));
            var until = ofUser.LockedUntil > ofAddress.LockedUntil ? ofUser.LockedUntil : ofAddress.LockedUntil;
            if (until > now)
                return until - now;

            var recent = ofAddress.Attempts.Where(at => at > now - RateWindow).ToList();
            if (recent.Count >= AttemptsPerMinute)
                return recent[0] + RateWindow - now;

            ofAddress.Attempts.Add(now);
            Fail(ofUser, FailuresOfUser, now);
            Fail(ofAddress, FailuresOfAddress, now);
            return null;
        }
    }

    /// <summary>The attempt that began was right: it was no failure, and the user's earlier ones are forgotten.</summary>
    public void Succeeded(string user, string address)
    {
        lock (_lock)
        {
            _tracks.Remove("user " + user);
            if (!_tracks.TryGetValue("address " + address, out var track) || track.Failures.Count == 0)
                return;
            track.Failures.RemoveAt(track.Failures.Count - 1);
            track.LockedUntil = default;
        }
    }

    private static void Fail(Track track, int most, DateTimeOffset now)
    {
        track.Failures.Add(now);
        if (track.Failures.Count >= most)
            track.LockedUntil = now + Window; // The failures leave the window no later than the lock ends.
    }

    private Track TrackOf(string key, DateTimeOffset now)
    {
        if (!_tracks.TryGetValue(key, out var track))
        {
            if (_tracks.Count >= MostEntries)
                _tracks.Remove(_tracks.MinBy(pair => pair.Value.LastSeen).Key);
            _tracks[key] = track = new();
        }

        track.LastSeen = now;
        track.Failures.RemoveAll(at => at <= now - Window);
        track.Attempts.RemoveAll(at => at <= now - RateWindow);
        return track;
    }

    private sealed class Track
    {
        public List<DateTimeOffset> Failures { get; } = [];

        public List<DateTimeOffset> Attempts { get; } = [];

        public DateTimeOffset LockedUntil { get; set; }

        public DateTimeOffset LastSeen { get; set; }
    }
}
