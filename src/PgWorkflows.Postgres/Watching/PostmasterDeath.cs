namespace PgWorkflows.Postgres.Watching;

/// <summary>A postmaster has ended; why, and whether anybody wanted it, is for a check to find out.</summary>
/// <param name="Resource">The resource's name.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="At">When it was noticed.</param>
public sealed record PostmasterDeath(string Resource, int Pid, DateTimeOffset At);
