using Dapper;
using Microsoft.Data.Sqlite;
using PgWorkflows.Testing;

namespace PgWorkflows.Protection.Tests;

/// <summary>The history file of a server beside the test, read as any SQLite tool reads it.</summary>
internal sealed class Recorded(TestServer server)
{
    public IReadOnlyList<RecordedRun> Runs(string? action = null) => Query<RecordedRun>(
        $"""
        select id as Id, resource as Resource, action as Action, definition_id as DefinitionId, status as Status, sub_status as SubStatus, result as Result,
            closing_note as Note, trigger_kind as Kind, created_at as CreatedAt, finished_at as FinishedAt
        from workflow_instance {(action is null ? "" : $"where action = '{action}' or definition_id = '{action}'")} order by created_at
        """);

    public string StateOf(string resource) => Query<string>($"select state from resource_state where resource = '{resource}'") is [var state, ..] ? state : "as configured";

    public IReadOnlyList<long> Events(string resource) => Query<long>($"select message_id from event where resource = '{resource}' order by id");

    public long Count(string sql) => Query<long>(sql)[0];

    /// <summary>Changes what is stored, as only a test does.</summary>
    public void Write(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "history.db")};Mode=ReadWrite;Default Timeout=30");
        connection.Open();
        connection.Execute(sql);
    }

    public IReadOnlyList<T> Query<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "history.db")};Mode=ReadOnly;Default Timeout=30");
        connection.Open();
        return [.. connection.Query<T>(sql)];
    }
}

internal sealed record RecordedRun(
    string Id, string? Resource, string? Action, string DefinitionId, string Status, string SubStatus, string? Result, string? Note, string Kind, long CreatedAt, long? FinishedAt);
