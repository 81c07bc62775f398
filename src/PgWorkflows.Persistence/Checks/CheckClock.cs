using System.Text.Json;
using Dapper;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Persistence.Checks;

/// <summary>When each resource was checked last, and whether that check is still running or one is about to begin: what decides which are due.</summary>
public sealed class CheckClock(Database database, IResources resources)
{
    /// <summary>Where each resource stands with one kind of check.</summary>
    public async Task<IReadOnlyList<CheckedResource>> ReadAsync(string action, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        var states = (await connection.QueryAsync<(string Resource, string State)>(new CommandDefinition(
            "select resource, state from resource_state", cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Resource, row => Enum.Parse<ResourceState>(row.State), StringComparer.OrdinalIgnoreCase);
        var last = (await connection.QueryAsync<(string Resource, long StartedAt, long IsRunning)>(new CommandDefinition(
            """
            select c.resource, c.started_at, coalesce(i.status = 'Running', 0) or (h.id is not null and h.ended_at is null)
            from last_check c left join workflow_instance i on i.id = c.instance_id left join hosted_run h on h.id = c.instance_id
            where c.action = @action
            """, new { action }, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Resource, row => (At: row.StartedAt.ToInstant(), IsRunning: row.IsRunning != 0), StringComparer.OrdinalIgnoreCase);
        var pending = (await connection.QueryAsync<string>(new CommandDefinition(
            "select input from pending_start where definition_id = @action", new { action }, cancellationToken: cancellationToken)))
            .Select(input => JsonSerializer.Deserialize<JsonElement>(input).TryGetProperty("Resource", out var name) ? name.ToString() : "").ToHashSet(StringComparer.OrdinalIgnoreCase);

        return [.. resources.All.Select(resource => new CheckedResource(
            resource,
            states.GetValueOrDefault(resource.Name, resource.InitialState),
            last.TryGetValue(resource.Name, out var check) ? check.At : null,
            pending.Contains(resource.Name) || (last.TryGetValue(resource.Name, out check) && check.IsRunning)))];
    }
}

/// <summary>A resource and its last check of one kind.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="State">What is believed of it.</param>
/// <param name="LastStarted">When it was checked last; null when it never was.</param>
/// <param name="IsUnderWay">That check is still running, or the next one is about to begin.</param>
public sealed record CheckedResource(Resource Resource, ResourceState State, DateTimeOffset? LastStarted, bool IsUnderWay);
