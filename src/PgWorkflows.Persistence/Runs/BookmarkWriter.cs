using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Engine.Instances;

namespace PgWorkflows.Persistence.Runs;

/// <summary>Keeps the rows by which waiting runs are found the same as the bookmarks of their state.</summary>
internal static class BookmarkWriter
{
    public static async Task WriteAsync(SqliteConnection connection, SqliteTransaction transaction, WorkflowInstance instance)
    {
        await DeleteAsync(connection, transaction, instance.Id);
        if (instance.Status == WorkflowStatus.Finished)
            return;
        foreach (var bookmark in instance.Bookmarks)
        {
            await connection.ExecuteAsync(
                """
                insert into bookmark (id, instance_id, name, lookup, due_at, created_at) values (@Id, @instanceId, @Name, @lookup, @due, @created)
                """,
                new
                {
                    bookmark.Id,
                    instanceId = instance.Id,
                    bookmark.Name,
                    lookup = LookupOf(bookmark),
                    due = bookmark.DueAt.ToMicroseconds(),
                    created = bookmark.CreatedAt.ToMicroseconds(),
                }, transaction);
        }
    }

    public static Task DeleteAsync(SqliteConnection connection, SqliteTransaction transaction, string instanceId) =>
        connection.ExecuteAsync("delete from bookmark where instance_id = @instanceId", new { instanceId }, transaction);

    /// <summary>What a stimulus must match: the event's name, method and path of a request, the task's id.</summary>
    private static string? LookupOf(Bookmark bookmark)
    {
        if (bookmark.Payload is not JsonElement { ValueKind: JsonValueKind.Object } payload)
            return null;
        return Member(payload, "EventName") ?? Member(payload, "TaskId")
            ?? (Member(payload, "Path") is { } path ? $"{Member(payload, "Method")} {path}" : null);
    }

    private static string? Member(JsonElement payload, string name)
    {
        foreach (var member in payload.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return member.Value.ToString();
        }

        return null;
    }
}
