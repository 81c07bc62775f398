using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Studio;

/// <summary>The real Elsa Studio, served from here: one page for each of its elements, and the files of its package.</summary>
internal static class StudioSetup
{
    /// <summary>Where Studio is; its pages' base.</summary>
    public const string Path = "/studio";

    public static void MapStudio(this WebApplication app)
    {
        var files = new StudioFiles(System.IO.Path.Combine(AppContext.BaseDirectory, "studio"));
        var studio = app.MapGroup(Path);
        studio.MapGet("/", () => Results.Redirect($"{Path}/definitions")).RequirePermission("read:workflow-definitions");
        studio.MapGet("/definitions", () => StudioPage.Of("definitions", null)).RequirePermission("read:workflow-definitions");
        studio.MapGet("/definitions/{id}", (string id) => StudioPage.Of("definition", id)).RequirePermission("read:workflow-definitions");
        studio.MapGet("/instances", () => StudioPage.Of("instances", null)).RequirePermission("read:workflow-instances");
        studio.MapGet("/instances/{id}", (string id) => StudioPage.Of("instance", id)).RequirePermission("read:workflow-instances");

        // The package itself is public, but nothing of this server is for those who have not signed in.
        studio.MapGet("/page/{name}", StudioPage.File).RequirePermission("read:workflow-definitions");
        studio.MapGet("/{**path}", files.Answer).RequirePermission("read:workflow-definitions");
    }
}
