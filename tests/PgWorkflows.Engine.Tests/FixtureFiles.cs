using PgWorkflows.Engine.Activities;
using PgWorkflows.Engine.Conformance;
using PgWorkflows.Engine.Definitions;
using PgWorkflows.Engine.Expressions;
using PgWorkflows.Engine.Hosting;
using PgWorkflows.Engine.Programs;
using PgWorkflows.Engine.Validation;
using PgWorkflows.JavaScript;
using Xunit;

namespace PgWorkflows.Engine.Tests;

/// <summary>The conformance cases as files and as definitions.</summary>
internal static class FixtureFiles
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "elsa-conformance");

    public static readonly ExpressionLanguages Languages = new(new JavaScriptLanguage());

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static ConformanceCase Read(string name) => ConformanceCase.Read(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));

    public static List<WorkflowDefinition> DefinitionsOf(string name) =>
        [.. Read(name).Definitions.Select(json => DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(json.GetRawText())).Definition!)];

    public static WorkflowDefinition Definition(string json)
    {
        var (definition, findings) = DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.True(definition is not null, string.Join('\n', findings));
        return definition;
    }

    /// <summary>A library with everything that a host in memory offers.</summary>
    public static ActivityLibrary Library(params IActivity[] more) => new MemoryHost(TimeProvider.System, Languages, more).Library;

    /// <summary>Validates the last of these definitions, which may use the others.</summary>
    public static IReadOnlyList<Finding> Validate(IReadOnlyList<WorkflowDefinition> definitions, params IActivity[] more) => new DefinitionValidator(
        Library(more),
        reference => definitions.FirstOrDefault(definition => definition.DefinitionId == reference.DefinitionId),
        id => definitions.FirstOrDefault(definition => definition.DefinitionId == id)).Validate(definitions[^1]);
}
